//! What a language has texts for.
//!
//! Where a page puts a value into a text, the text is an array with the parts around the value, spaces included; where a language
//! counts or inflects, it is a function.

use mock_idp_core::policy::password_rules::PasswordRules;

use super::kinds::words;

/// The parts of a text before and after a value.
type Around = [&'static str; 2];

words! {
    /// The texts of a language.
    Words {
        frame: FrameWords,
        sign_in: SignInWords,
        problems: ProblemWords,
        request: RequestWords,
        methods: MethodNames,
        proofs: ProofWords,
        sms: SentCodeWords,
        voice: SentCodeWords,
        email: SentCodeWords,
        recovery: RecoveryWords,
        keep_signed_in: KeepSignedInWords,
        consent: ConsentWords,
        device: DeviceWords,
        magic_link: MagicLinkWords,
        phone: PhoneWords,
        error: ErrorWords,
        sign_out: SignOutWords,
        home: HomeWords,
    }
}

words! {
    /// What every page has.
    FrameWords {
        /// The start of the title of a page with a problem.
        problem: &'static str,
        /// The name of the list of warnings.
        warnings: &'static str,
        footer: &'static str,
        request: &'static str,
        /// What screen readers say about a link that opens a tab.
        new_tab: &'static str,
        go_on: &'static str,
        /// The details of a problem.
        why: &'static str,
        okta_code: &'static str,
        inside_reason: &'static str,
    }
}

words! {
    /// The question whether to stay signed in.
    KeepSignedInWords {
        heading: &'static str,
        /// Around the user.
        lead: Around,
        note: &'static str,
        stay: &'static str,
        do_not_stay: &'static str,
    }
}

words! {
    /// The sign-in form and what is beside it.
    SignInWords {
        /// The title of the document, with the name of the org.
        title: fn(&str) -> String,
        heading: &'static str,
        password_heading: &'static str,
        expired_heading: &'static str,
        /// In so many days; 0: later today.
        expires_heading: fn(i64) -> String,
        next: &'static str,
        verify: &'static str,
        sign_in: &'static str,
        classic_sign_in: &'static str,
        change_password: &'static str,
        /// Around the client.
        to_continue: Around,
        /// Before the user.
        signing_in_as: &'static str,
        username: &'static str,
        password: &'static str,
        show: &'static str,
        /// What screen readers say after it.
        show_what: &'static str,
        requirements: fn(&PasswordRules) -> String,
        new_password: &'static str,
        reenter_password: &'static str,
        remember_me: &'static str,
        keep_me_signed_in: &'static str,
        /// Around the org.
        when_it_expires: Around,
        remind_me_later: &'static str,
        or: &'static str,
        /// Around an identity provider.
        sign_in_with: Around,
        start_again: &'static str,
        back: &'static str,
        forgot_password: &'static str,
        unlock: &'static str,
        no_account: &'static str,
        sign_up: &'static str,
        help: &'static str,
        help_text: &'static str,
        users: &'static str,
        users_hint: &'static str,
        more_users: fn(usize) -> String,
        groups: &'static str,
        /// About the client, with links.
        about_client: &'static str,
        website: &'static str,
        privacy_policy: &'static str,
        terms: &'static str,
    }
}

words! {
    /// Why a step was refused. A note says what Okta does not say.
    ProblemWords {
        refused: &'static str,
        enter_username: &'static str,
        enter_password: &'static str,
        incorrect_password: &'static str,
        locked: &'static str,
        locked_note: &'static str,
        locked_silently_note: &'static str,
        suspended_note: &'static str,
        deactivated_note: &'static str,
        staged_note: &'static str,
        password_expired: &'static str,
        password_expired_note: &'static str,
        requirements: &'static str,
        blank: &'static str,
        pattern: &'static str,
        email_form: &'static str,
        not_unique: &'static str,
        registration_unavailable: &'static str,
        invalid_code: &'static str,
        wrong_recovery_answer: &'static str,
        link_used: &'static str,
        passwords_differ: &'static str,
        access_denied: &'static str,
        access_denied_note: &'static str,
        provider_failed: &'static str,
        cookies_blocked: &'static str,
        cookies_blocked_note: &'static str,
        phone_number: &'static str,
        wrong_code: &'static str,
        used_code: &'static str,
        passkey: &'static str,
        wrong_answer: &'static str,
        short_answer: &'static str,
    }
}

words! {
    /// The summary of what a client requests.
    RequestWords {
        heading: &'static str,
        warnings: fn(usize) -> String,
        client: &'static str,
        server: &'static str,
        org_server: &'static str,
        scopes: &'static str,
        no_scopes: &'static str,
        answer: &'static str,
        /// Between the response type and the response mode.
        by: &'static str,
        redirect_uri: &'static str,
        prompt: &'static str,
        not_given: &'static str,
        pkce: &'static str,
        nonce: &'static str,
        yes: &'static str,
        no: &'static str,
    }
}

words! {
    /// Okta's names of the authenticators.
    MethodNames {
        password: &'static str,
        email: &'static str,
        phone: &'static str,
        security_question: &'static str,
        passkey: &'static str,
    }
}

words! {
    /// The steps in which a user proves more or enrolls a factor.
    ProofWords {
        choose_heading: &'static str,
        choose_lead: &'static str,
        select: &'static str,
        select_method: fn(&str) -> String,
        select_totp: &'static str,
        select_push: &'static str,
        enroll_heading: &'static str,
        enroll_lead: &'static str,
        optional: &'static str,
        required: &'static str,
        set_up: &'static str,
        set_up_method: fn(&str) -> String,
        other_method: &'static str,
        other_enrollment: &'static str,
        enter_code: &'static str,
        /// Okta Verify.
        totp_heading: &'static str,
        totp_lead: &'static str,
        /// With the name of the authenticator.
        code_heading: fn(&str) -> String,
        code_lead: &'static str,
        enroll_code_heading: fn(&str) -> String,
        enroll_code_lead: &'static str,
        qr_code: &'static str,
        enroll_app_heading: &'static str,
        enroll_app: &'static str,
        app_not_set_up: &'static str,
        try_again: &'static str,
        cannot_scan: &'static str,
        manual_setup: &'static str,
        for_developers: &'static str,
        use_expected: &'static str,
        link_in_email: &'static str,
        push_heading: &'static str,
        push_sent: &'static str,
        /// Around a number.
        push_number: Around,
        /// Before, in and after a link.
        push_phone: [&'static str; 3],
        send_push: &'static str,
        resend_push: &'static str,
        push_rejected: &'static str,
        push_expired: &'static str,
        enroll_phone_heading: &'static str,
        phone_number: &'static str,
        phone_hint: &'static str,
        charges: &'static str,
        passkey_heading: &'static str,
        passkey_text: &'static str,
        enroll_passkey_heading: &'static str,
        enroll_passkey_text: &'static str,
        passkey_needs_script: &'static str,
        passkey_unsupported: &'static str,
        question_heading: &'static str,
        enroll_question_heading: &'static str,
        enroll_question_lead: &'static str,
        choose_question: &'static str,
        create_question: &'static str,
        own_question: &'static str,
        answer: &'static str,
        /// In the order of the questions.
        questions: [&'static str; 19],
    }
}

words! {
    /// A code that is sent, by one method.
    SentCodeWords {
        heading: &'static str,
        lead: &'static str,
        /// Around the address, where the code is not sent yet.
        unsent: Around,
        /// The button that sends it.
        send: &'static str,
        /// The same, beside the button of another method.
        instead: &'static str,
        /// Around the address, where the code has been sent.
        sent: Around,
        /// The button that sends another one.
        again: &'static str,
        /// What is asked for when a phone is enrolled.
        enroll: &'static str,
    }
}

words! {
    /// Recoveries and registrations.
    RecoveryWords {
        reset_heading: &'static str,
        reset: &'static str,
        unlock_heading: &'static str,
        unlock: &'static str,
        email_heading: &'static str,
        activation_heading: &'static str,
        sign_up_heading: &'static str,
        sign_up: &'static str,
        end_sessions: &'static str,
        profile_heading: &'static str,
        finish: &'static str,
        unlocked_heading: &'static str,
        /// Before the user.
        unlocked: &'static str,
        /// Before the user.
        account: &'static str,
        identifier: &'static str,
        sent: &'static str,
        /// Before, in and after a link.
        inbox: [&'static str; 3],
        optional: &'static str,
        send_again: &'static str,
    }
}

words! {
    /// The consent form.
    ConsentWords {
        title: &'static str,
        /// Around the client.
        heading: Around,
        /// Around the user.
        user: Around,
        scopes: &'static str,
        optional_scopes: &'static str,
        allow: &'static str,
        deny: &'static str,
        /// Before the host that the browser goes to, before the error code, and after it.
        either: [&'static str; 3],
    }
}

words! {
    /// The activation of a device.
    DeviceWords {
        code_heading: &'static str,
        code_hint: &'static str,
        code: &'static str,
        confirm_heading: &'static str,
        /// Before the client, before the user, and after both.
        confirm: [&'static str; 3],
        /// Before the code.
        compare: &'static str,
        scopes: &'static str,
        denial: &'static str,
        activated: &'static str,
        /// Around the client.
        activated_text: Around,
        not_activated: &'static str,
        /// Around the client.
        not_activated_text: Around,
        close: &'static str,
    }
}

words! {
    /// The page of a link in an email.
    MagicLinkWords {
        return_to_tab: &'static str,
        enter_code: &'static str,
        expired: &'static str,
        replaced: &'static str,
    }
}

words! {
    /// The page that stands for the phone of a user.
    PhoneWords {
        heading: &'static str,
        lead: &'static str,
        approved: &'static str,
        denied: &'static str,
        too_late: &'static str,
        /// Between the client and the user, and after the user.
        asks: Around,
        message: &'static str,
        ends_in: &'static str,
        seconds: fn(i64) -> String,
        approve: &'static str,
        deny: &'static str,
        none_heading: &'static str,
        /// Around a path.
        none: Around,
    }
}

words! {
    /// The error page. What helps its developer is in English.
    ErrorWords {
        lead: &'static str,
        code: &'static str,
        description: &'static str,
    }
}

words! {
    /// The end of a session, and the way back to the client.
    SignOutWords {
        title: &'static str,
        question: &'static str,
        /// Around the org.
        text: Around,
        sign_out: &'static str,
        done_title: &'static str,
        done_heading: &'static str,
        /// Around the org.
        done: Around,
        apps_may_know: &'static str,
        apps_are_notified: &'static str,
        none_title: &'static str,
        none_heading: &'static str,
        /// Around the org.
        none: Around,
        close: &'static str,
        app_frame: &'static str,
        returning: &'static str,
        /// Around the host that the browser goes to.
        answer_goes_to: Around,
        needs_click: &'static str,
    }
}

words! {
    /// The page of the user who is signed in.
    HomeWords {
        title: &'static str,
        /// Before the address.
        email: &'static str,
        factors: &'static str,
        no_factors: &'static str,
        apps: &'static str,
        no_apps: &'static str,
        sessions: &'static str,
        /// Before the time of the first use, before that of the last, and after both.
        session: [&'static str; 3],
        this_browser: &'static str,
        consents: &'static str,
        no_consents: &'static str,
    }
}
