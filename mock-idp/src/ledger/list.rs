//! The one list of the tables: their names, records and bounds.

/// Passes the list to a macro. A row is: documentation of the key, name, record, and the bound of the table in records and MiB.
/// Beyond its bound, a table drops the records that expire first. `docs/bounds.md` says what that means for clients.
macro_rules! for_all_tables {
    ($macro:ident) => {
        $macro! {
            /// By device secret.
            device_secrets: DeviceSecret, 10_000, 16;
            /// By `jti` of the interclient token.
            interclient_grants: InterclientGrant, 10_000, 8;
            /// By [`IssuedTokens::key`].
            issued_tokens: IssuedTokens, 400_000, 64;
            /// By `auth_req_id`.
            backchannel: PolledRequest, 10_000, 16;
            /// By `mfa_token`.
            direct_sign_ins: DirectSignIn, 10_000, 8;
            /// By `oob_code`.
            oob_challenges: OobChallenge, 10_000, 8;
            /// By [`PendingRequests::KEY`].
            pending_requests: PendingRequests, 1, 4;
            /// By [`OneTimeToken::hash`](mock_idp_core::ledger::OneTimeToken::hash) of the token.
            one_time_tokens: OneTimeToken, 10_000, 8;
            /// By [`OneTimeToken::hash`](mock_idp_core::ledger::OneTimeToken::hash) of the token.
            magic_links: MagicLink, 10_000, 8;
            /// By [`InboxMessage::key`].
            messages: InboxMessage, 500, 8;
            /// By [`InboxPosition::KEY`].
            inbox_positions: InboxPosition, 1, 1;
            /// By [`PushNotifications::KEY`].
            pushes: PushNotifications, 1, 1;
            /// By device code.
            devices: PolledRequest, 10_000, 16;
            /// By user code.
            user_codes: UserCode, 10_000, 4;
            /// By state handle.
            transactions: Transaction, 10_000, 32;
            /// By `state` of the request to an external identity provider.
            provider_visits: ProviderVisit, 10_000, 8;
            /// By session cookie.
            sessions: Session, 10_000, 8;
            /// By user id.
            failed_sign_ins: FailedSignIns, 10_000, 4;
            /// By id of the factor.
            used_codes: UsedCode, 10_000, 4;
            /// By id of the browser.
            keep_prompts: KeepPrompts, 10_000, 8;
            /// By id of the browser, or hash of the token of a device.
            remembered_devices: RememberedDevice, 10_000, 8;
            /// By user id.
            skipped_enrollments: SkippedEnrollments, 10_000, 8;
            /// By user id.
            own_emails: OwnEmails, 10_000, 8;
            /// By id of the factor: the code that the management API has sent last.
            sent_codes: SentCode, 10_000, 4;
            /// By session token: proofs of a sign-in for which there is no session yet.
            session_tokens: SignedIn, 10_000, 8;
            /// By code.
            codes: Code, 10_000, 32;
            /// By interaction code.
            interaction_codes: Code, 10_000, 32;
            /// By interaction handle.
            interactions: StateHandle, 10_000, 4;
            /// By id (`oar…`).
            families: TokenFamily, 20_000, 64;
            /// By refresh token.
            refresh_tokens: RefreshTokenOwner, 40_000, 16;
            /// By `jti` of the access token.
            revoked_access_tokens: RevokedAccessToken, 100_000, 32;
            /// By `jti` of the access token: claims that its request asked for one by one.
            requested_claims: RequestedClaims, 20_000, 16;
            /// By session cookie: the clients that get a logout notice when the session ends.
            session_clients: Vec<SessionClient>, 10_000, 16;
            /// By [`Consent::key`].
            consents: Consent, 10_000, 16;
            /// By [`SingleUse::key`](mock_idp_core::ledger::SingleUse).
            consumed_values: ConsumedValue, 100_000, 32;
            /// By `request_uri`.
            pushed_requests: PushedRequest, 10_000, 32;
            /// By [`LoggedRequest::key`](mock_idp_core::ledger::LoggedRequest): the System Log.
            logged_requests: LoggedRequest, 10_000, 32;
            /// By [`LogPosition::KEY`](mock_idp_core::ledger::LogPosition).
            log_positions: LogPosition, 1, 1;
            /// By id of the authorization server.
            server_keys: KeyRecord, 10_000, 128;
            /// One record: the secret that nonces for DPoP proofs are derived from.
            nonce_secrets: [u8; 32], 1, 1;
            /// One record.
            clock_settings: ClockSetting, 1, 1;
        }
    };
}

pub(super) use for_all_tables;

/// The table of the clock's setting.
pub(super) const CLOCK_TABLE: &str = "clock_settings";

/// The tables that processes keep a copy of: they follow each other's changes.
#[cfg(any(test, feature = "redis"))]
pub(super) const FOLLOWED_TABLES: &[&str] = &[CLOCK_TABLE, "server_keys"];

/// The table that is not cleared: the tokens stay valid by themselves, and must stay revoked.
pub(super) const KEPT_TABLE: &str = "revoked_access_tokens";
