//! What pages show: plain data, made from records and from what the rules decided.

mod console;
mod control_api;
mod coverage;
mod frame;
mod home;
mod inbox;
mod journal;
mod keep_signed_in;
mod magic_link;
mod present;
mod proofs;
mod recovery;
mod sign_in;
mod start;

pub(crate) use mock_idp_core::org::PickerUser;
pub(crate) use mock_idp_core::sign_in::{SignInProblem, SignInProblemKind};

pub(crate) use console::{ConsoleView, FormView, PreviewView, ResultView};
pub(crate) use control_api::{ControlApiView, FieldView, OperationExample, OperationView, TopicView};
pub(crate) use coverage::{CoverageRow, CoverageView, CoveredResource};
pub(crate) use frame::Frame;
pub(crate) use home::{HomeApp, HomeConsent, HomeFactor, HomeSession, HomeView};
pub(crate) use inbox::{InboxView, MessageRow};
pub(crate) use journal::{EventRow, FilterView, FlowView, MessageView, RequestRow, RequestView, RequestsView};
pub(crate) use keep_signed_in::KeepMeSignedInView;
pub(crate) use magic_link::{LinkResult, MagicLinkView};
pub(crate) use present::{activation_step, consent_page, redirect_uri_help, sign_in_page};
#[cfg(test)]
pub(crate) use proofs::MethodChoice;
pub(crate) use proofs::{ProofPage, ProofPageStep, ProofView};
pub(crate) use recovery::{RecoveryPageStep, RecoveryView};
pub(crate) use sign_in::{
    AboutClient, ActivationStep, ActivationView, BackchannelItem, BackchannelView, CheckSessionView, ConsentScope,
    ConsentView, ErrorView, FormPostView, PageView, PostMessageView, ProviderLink, RedirectUriMismatch, RequestSummary,
    ShownDecision, SignInStep, SignInView, SignOutView, SignedOutView,
};
pub(crate) use start::{ClientRow, IssuerRow, StartView};
#[cfg(test)]
pub(crate) use {recovery::ProfileField, sign_in::OtherWays};
