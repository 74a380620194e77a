//! The app Okta Verify in the management API: a phone sets it up for a factor.

use mock_idp_core::ledger::{PushNotification, PushNotifications, PushResult};
use mock_idp_core::management::{ApiError, users};
use mock_idp_core::model::{Factor, SignInMethod, User};
use mock_idp_core::sign_in;
use serde_json::Value;

use super::factor_codes::require_status;
use super::{Management, pushes};

impl Management {
    /// Asks the phone of a user to set the app up for a factor. Returns how far that is.
    ///
    /// # Errors
    /// There is no such factor, it is active; or the ledger's store is unavailable.
    pub(crate) async fn begin_app(&self, name: &str, factor_id: &str) -> Result<Value, ApiError> {
        let (user, factor) = self.owned_factor(name, factor_id)?;
        require_status(&factor, false)?;
        let context = &self.context;
        let push = self.decide(|moment| sign_in::new_app_enrollment(&context.org, &user, &factor, moment));
        let mut batch = context.ledger().batch();
        pushes::store(context, &mut batch, push.clone());
        batch.commit().await?;
        Ok(self.app_activation(&user, &factor, Some(&push)))
    }

    /// Whether a factor is enrolled by the app.
    ///
    /// # Errors
    /// There is no such factor.
    pub(crate) fn is_app(&self, name: &str, factor_id: &str) -> Result<bool, ApiError> {
        Ok(self.owned_factor(name, factor_id)?.1.method() == Some(SignInMethod::OktaVerifyPush))
    }

    /// How far that is; or the factor, which is active as soon as the phone has set the app up.
    ///
    /// # Errors
    /// There is no such factor, or the ledger's store is unavailable.
    pub(crate) async fn poll_app(&self, name: &str, factor_id: &str) -> Result<Value, ApiError> {
        let (user, factor) = self.owned_factor(name, factor_id)?;
        if factor.is_active() {
            return self.read_latest(|org, call| users::factor(org, call, name, factor_id));
        }
        let known = self.context.ledger().pushes();
        let find = |pushes: &PushNotifications| pushes.enrollment(factor_id).cloned();
        let push = known.read(PushNotifications::KEY, find).await?.flatten();
        if push.as_ref().is_some_and(|push| push.result(self.context.now) == PushResult::Approved) {
            return self.change(|change| users::activate_app(change, name, factor_id));
        }
        Ok(self.app_activation(&user, &factor, push.as_ref()))
    }

    fn app_activation(&self, user: &User, factor: &Factor, push: Option<&PushNotification>) -> Value {
        users::app_activation(self.call(), user, factor, push)
    }
}
