//! The grants of the token endpoint. A grant is one file and one row here.

mod authorization_code;
mod ciba;
mod client_credentials;
mod device_code;
mod direct;
mod interaction_code;
mod jwt_bearer;
mod mfa_oob;
mod mfa_otp;
mod oob;
mod otp;
mod out_of_band;
mod password;
mod polled;
mod refresh_token;
mod saml2_bearer;
mod token_exchange;

use super::grant::Grant;

/// The table of grants. Okta lists the supported ones in this order.
pub(super) static GRANTS: &[Grant] = &[
    authorization_code::GRANT,
    refresh_token::GRANT,
    client_credentials::GRANT,
    password::GRANT,
    device_code::GRANT,
    ciba::GRANT,
    otp::GRANT,
    mfa_otp::GRANT,
    oob::GRANT,
    mfa_oob::GRANT,
    token_exchange::GRANT,
    jwt_bearer::GRANT,
    saml2_bearer::GRANT,
    interaction_code::GRANT,
];
