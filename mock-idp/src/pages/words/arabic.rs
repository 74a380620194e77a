//! Arabic.

use mock_idp_core::policy::password_rules::{PasswordDemand, WholeTime};

use super::password_rules::PasswordRuleWords;
use super::table::{
    ConsentWords, DeviceWords, ErrorWords, FrameWords, HomeWords, KeepSignedInWords, MagicLinkWords, MethodNames,
    PhoneWords, ProblemWords, ProofWords, RecoveryWords, RequestWords, SentCodeWords, SignInWords, SignOutWords, Words,
};

/// The forms of a noun that follows a number. CLDR: the plural categories of Arabic that are used here.
struct Counted {
    zero: &'static str,
    one: &'static str,
    two: &'static str,
    /// After 3 to 10.
    few: &'static str,
    /// After 11 to 99.
    many: &'static str,
    /// After whole hundreds.
    other: &'static str,
}

impl Counted {
    fn of(&self, count: u64) -> String {
        match (count, count % 100) {
            (0, _) => self.zero.to_owned(),
            (1, _) => self.one.to_owned(),
            (2, _) => self.two.to_owned(),
            (_, 3..=10) => format!("{count} {}", self.few),
            (_, 11..) => format!("{count} {}", self.many),
            _ => format!("{count} {}", self.other),
        }
    }
}

const USERS: Counted = Counted {
    zero: "لا مستخدمين آخرين",
    one: "مستخدم آخر واحد",
    two: "مستخدمان آخران",
    few: "مستخدمين آخرين",
    many: "مستخدمًا آخر",
    other: "مستخدم آخر",
};

const WARNINGS: Counted =
    Counted {
        zero: "لا تحذيرات", one: "تحذير واحد", two: "تحذيران", few: "تحذيرات", many: "تحذيرًا", other: "تحذير"
    };

const DAYS: Counted =
    Counted {
        zero: "أقل من يوم", one: "يوم واحد", two: "يومين", few: "أيام", many: "يومًا", other: "يوم"
    };

const SECONDS: Counted =
    Counted {
        zero: "أقل من ثانية", one: "ثانية واحدة", two: "ثانيتين", few: "ثوانٍ", many: "ثانية", other: "ثانية"
    };

const CHARACTERS: Counted =
    Counted {
        zero: "لا أحرف", one: "حرف واحد", two: "حرفان", few: "أحرف", many: "حرفًا", other: "حرف"
    };

const HOURS: Counted =
    Counted {
        zero: "أقل من ساعة", one: "ساعة واحدة", two: "ساعتان", few: "ساعات", many: "ساعة", other: "ساعة"
    };

const MINUTES: Counted =
    Counted {
        zero: "أقل من دقيقة", one: "دقيقة واحدة", two: "دقيقتان", few: "دقائق", many: "دقيقة", other: "دقيقة"
    };

const PASSWORD_RULES: PasswordRuleWords = PasswordRuleWords {
    around: ["متطلبات كلمة المرور: ", "."],
    separator: "، و",
    demand: |demand| match demand {
        PasswordDemand::Length(count) => format!("{} على الأقل", CHARACTERS.of(count as u64)),
        PasswordDemand::LowerCase => "حرف لاتيني صغير".to_owned(),
        PasswordDemand::UpperCase => "حرف لاتيني كبير".to_owned(),
        PasswordDemand::Number => "رقم".to_owned(),
        PasswordDemand::Symbol => "رمز".to_owned(),
        PasswordDemand::NoUserName => "ألا تتضمن أجزاء من اسم المستخدم".to_owned(),
        PasswordDemand::NoFirstName => "ألا تتضمن الاسم الأول".to_owned(),
        PasswordDemand::NoLastName => "ألا تتضمن اسم العائلة".to_owned(),
    },
    history: |count| format!("لا يمكن استخدام كلمات المرور الأخيرة، وعددها {count}."),
    age: |time| format!("يجب أن تكون قد انقضت منذ آخر تغيير لكلمة المرور المدة التالية على الأقل: {time}."),
    time: |time| match time {
        WholeTime::Days(count) => DAYS.of(count.unsigned_abs()),
        WholeTime::Hours(count) => HOURS.of(count.unsigned_abs()),
        WholeTime::Minutes(count) => MINUTES.of(count.unsigned_abs()),
    },
    between_sentences: " ",
};

pub(super) static WORDS: Words = Words {
    frame: FrameWords {
        problem: "مشكلة: ",
        warnings: "حالة هذه المحاكاة",
        footer: "محاكاة للتطوير والاختبار. لا يصل شيء من هنا إلى Okta.",
        request: "الطلب",
        new_tab: " (علامة تبويب جديدة)",
        go_on: "متابعة",
        why: "السبب، للمطورين",
        okta_code: "رمز Okta",
        inside_reason: "السبب الداخلي",
    },
    sign_in: SignInWords {
        title: |org| format!("{org} - تسجيل الدخول"),
        heading: "تسجيل الدخول",
        password_heading: "التحقق بكلمة المرور",
        expired_heading: "انتهت صلاحية كلمة المرور",
        expires_heading: |days| match days {
            0 => "ستنتهي صلاحية كلمة المرور في وقت لاحق اليوم".to_owned(),
            days => format!("ستنتهي صلاحية كلمة المرور خلال {}", DAYS.of(days.unsigned_abs())),
        },
        next: "التالي",
        verify: "تحقق",
        sign_in: "تسجيل الدخول",
        classic_sign_in: "تسجيل الدخول",
        change_password: "تغيير كلمة المرور",
        to_continue: ["للمتابعة إلى ", ""],
        signing_in_as: "تسجيل الدخول باسم ",
        username: "اسم المستخدم",
        password: "كلمة المرور",
        show: "إظهار",
        show_what: " كلمة المرور",
        requirements: |rules| PASSWORD_RULES.text(rules),
        new_password: "كلمة المرور الجديدة",
        reenter_password: "إعادة إدخال كلمة المرور",
        remember_me: "تذكرني",
        keep_me_signed_in: "إبقائي مسجلاً للدخول",
        when_it_expires: [
            "عند انتهاء صلاحية كلمة المرور، سيكون عليك تغييرها قبل أن تتمكن من تسجيل الدخول إلى حسابك في ",
            ".",
        ],
        remind_me_later: "ذكرني لاحقًا",
        or: "أو",
        sign_in_with: ["تسجيل الدخول باستخدام ", ""],
        start_again: "البدء من جديد",
        back: "العودة إلى تسجيل الدخول",
        forgot_password: "هل نسيت كلمة المرور؟",
        unlock: "هل تريد إلغاء قفل الحساب؟",
        no_account: "ليس لديك حساب؟ ",
        sign_up: "إنشاء حساب",
        help: "هل تحتاج إلى مساعدة في تسجيل الدخول؟",
        help_text: "هذه الصفحة تابعة لمحاكاة. المستخدمون وكلمات مرورهم هم الواردون في ملف المؤسسة الذي بدأت به المحاكاة. حسابك الحقيقي غير \
                    موجود هنا، فلا تُدخل كلمة مروره.",
        users: "مستخدمو هذه المؤسسة",
        users_hint: "اختصار للتطوير: نقرة واحدة تسجّل الدخول، وتبقى السياسات والموافقة سارية.",
        more_users: |count| USERS.of(count as u64),
        groups: "المجموعات: ",
        about_client: "حول هذا العميل",
        website: "الموقع الإلكتروني",
        privacy_policy: "سياسة الخصوصية",
        terms: "شروط الخدمة",
    },
    problems: ProblemWords {
        refused: "يتعذر تسجيل الدخول",
        enter_username: "أدخل اسم المستخدم",
        enter_password: "أدخل كلمة المرور",
        incorrect_password: "كلمة المرور غير صحيحة",
        locked: "حسابك مقفل بسبب كثرة محاولات المصادقة.",
        locked_note: "الحساب مقفل. يمكن إلغاء قفله بالطلب POST /_mock/unlock أو بإعادة تعيين المحاكاة.",
        locked_silently_note: "الحساب مقفل. لا تذكر Okta ذلك إلا إذا كانت سياسة كلمة المرور تُظهر حالات القفل. الحساب الذي قُفل بسبب كلمات \
                               مرور خاطئة يمكن إلغاء قفله بالطلب POST /_mock/unlock أو بإعادة تعيين المحاكاة.",
        suspended_note: "الحساب معلّق. لا تذكر Okta ذلك.",
        deactivated_note: "الحساب معطّل. لا تذكر Okta ذلك.",
        staged_note: "لم يُفعّل الحساب بعد. لا تذكر Okta ذلك.",
        password_expired: "انتهت صلاحية كلمة المرور",
        password_expired_note: "بدأ مسؤول إعادة تعيين كلمة مرور هذا الحساب.",
        requirements: "كلمة المرور لا تستوفي المتطلبات",
        blank: "لا يمكن ترك هذا الحقل فارغًا",
        pattern: "القيمة المدخلة لا تطابق الصيغة المطلوبة",
        email_form: "يجب أن يكون اسم المستخدم على صيغة عنوان بريد إلكتروني",
        not_unique: "يوجد مستخدم بهذا البريد الإلكتروني بالفعل",
        registration_unavailable: "التسجيل غير متاح حاليًا.",
        invalid_code: "الرمز غير صالح. حاول مرة أخرى.",
        wrong_recovery_answer: "إجابتك لا تطابق سجلاتنا. يُرجى المحاولة مرة أخرى.",
        link_used: "رابط استرداد الحساب هذا انتهت صلاحيته أو سبق استخدامه.",
        passwords_differ: "يجب أن تتطابق كلمتا المرور الجديدتان",
        access_denied: "ليس لديك إذن لتنفيذ الإجراء المطلوب.",
        access_denied_note: "ترفض سياسة الجلسة العامة تسجيل الدخول هذا، أو تطلب عاملاً لا يملكه المستخدم ولا يمكنه تسجيله.",
        provider_failed: "حدثت مشكلة أثناء تسجيل دخولك لدى موفر الهوية. يُرجى الاتصال بالمسؤول للحصول على المساعدة.",
        cookies_blocked: "لم يحتفظ المتصفح بملف تعريف الارتباط",
        cookies_blocked_note: "يحتاج تسجيل الدخول إلى ملف تعريف ارتباط واحد من هذا العنوان، ولم يُرسَل مرة أخرى. اسمح بملفات تعريف الارتباط \
                               هنا، أو افتح المحاكاة باسم localhost أو بعنوان https الخاص بها، ثم ابدأ من جديد.",
        phone_number: "رقم الهاتف غير صالح.",
        wrong_code: "الرمز لا يطابق سجلاتنا. يُرجى المحاولة مرة أخرى.",
        used_code: "لا يمكن استخدام كل رمز إلا مرة واحدة. يُرجى انتظار رمز جديد والمحاولة مرة أخرى.",
        passkey: "لا يمكنك حاليًا استخدام مفتاح أمان أو مصادقة بيومترية. حاول مرة أخرى.",
        wrong_answer: "إجابتك لا تطابق سجلاتنا. يُرجى المحاولة مرة أخرى.",
        short_answer: "يجب ألا تقل إجابة سؤال الأمان عن 4 أحرف",
    },
    request: RequestWords {
        heading: "تفاصيل الطلب",
        warnings: |count| WARNINGS.of(count as u64),
        client: "العميل",
        server: "خادم التخويل",
        org_server: "خادم التخويل الخاص بالمؤسسة",
        scopes: "النطاقات",
        no_scopes: "لا شيء",
        answer: "الاستجابة",
        by: " عبر ",
        redirect_uri: "عنوان إعادة التوجيه",
        prompt: "المطالبة",
        not_given: "غير محدد",
        pkce: "PKCE",
        nonce: "القيمة العشوائية (nonce)",
        yes: "نعم",
        no: "لا",
    },
    methods: MethodNames {
        password: "كلمة المرور",
        email: "البريد الإلكتروني",
        phone: "الهاتف",
        security_question: "سؤال الأمان",
        passkey: "مفتاح أمان أو مصادقة بيومترية",
    },
    proofs: ProofWords {
        choose_heading: "تحقق من هويتك باستخدام طريقة أمان",
        choose_lead: "اختر من الخيارات التالية",
        select: "اختيار",
        select_method: |name| format!("اختيار {name}."),
        select_totp: "اختيار إدخال رمز من تطبيق Okta Verify.",
        select_push: "اختيار تلقي إشعار فوري في تطبيق Okta Verify.",
        enroll_heading: "إعداد طرق الأمان",
        enroll_lead: "تساعد طرق الأمان على حماية حسابك بضمان أنك وحدك من يمكنه الوصول إليه.",
        optional: "إعداد اختياري",
        required: "إعداد مطلوب",
        set_up: "إعداد",
        set_up_method: |name| format!("إعداد {name}."),
        other_method: "التحقق بطريقة أخرى",
        other_enrollment: "العودة إلى قائمة طرق المصادقة",
        enter_code: "إدخال الرمز",
        totp_heading: "إدخال رمز",
        totp_lead: "أدخل الرمز من تطبيق Okta Verify",
        code_heading: |name| format!("التحقق باستخدام {name}"),
        code_lead: "أدخل الرمز المؤقت الذي أنشأه تطبيق المصادقة",
        enroll_code_heading: |name| format!("إعداد {name}"),
        enroll_code_lead: "افتح تطبيق المصادقة، ثم امسح رمز الاستجابة السريعة ضوئيًا.",
        qr_code: "رمز الاستجابة السريعة",
        enroll_app_heading: "إعداد Okta Verify",
        enroll_app: "امسح رمز الاستجابة السريعة هذا بتطبيق Okta Verify على هاتفك، ثم تابع بعد اكتمال الإعداد.",
        app_not_set_up: "لم يتم إعداد Okta Verify.",
        try_again: "إعادة المحاولة",
        cannot_scan: "لا يمكنك المسح الضوئي؟",
        manual_setup: "للإعداد يدويًا، أدخل اسم المستخدم لحسابك في Okta، ثم أدخل ما يلي في حقل المفتاح السري",
        for_developers: "للمطورين: ",
        use_expected: "استخدام",
        link_in_email: "تتضمن الرسالة رابطًا أيضًا. إذا فتحته في هذا المتصفح، فتابع من هنا.",
        push_heading: "تلقي إشعار فوري",
        push_sent: "أُرسل الإشعار الفوري",
        push_number: ["على هاتفك، اضغط على ", " في مطالبة Okta Verify للمتابعة."],
        push_phone: ["للمطورين: الهاتف هو ", "صفحة في هذه المحاكاة", "."],
        send_push: "إرسال إشعار فوري",
        resend_push: "إعادة إرسال الإشعار الفوري",
        push_rejected: "لقد رفضت تسجيل الدخول هذا.",
        push_expired: "انتهت صلاحية الإشعار الفوري.",
        enroll_phone_heading: "إعداد المصادقة عبر الهاتف",
        phone_number: "رقم الهاتف",
        phone_hint: "مع رمز البلد، مثل \u{2066}+1 555 415 1337\u{2069}",
        charges: "قد تُطبق رسوم مشغل الاتصالات على الرسائل",
        passkey_heading: "التحقق بمفتاح أمان أو مصادقة بيومترية",
        passkey_text: "سيُطلب منك استخدام مفتاح أمان أو تحقق بيومتري (Windows Hello أو Touch ID أو غيرهما). اتبع التعليمات لإكمال التحقق.",
        enroll_passkey_heading: "إعداد مفتاح أمان أو مصادقة بيومترية",
        enroll_passkey_text: "سيُطلب منك تسجيل مفتاح أمان أو مصادقة بيومترية (Windows Hello أو Touch ID أو Face ID أو غيرها). اتبع التعليمات \
                              لإكمال الإعداد.",
        passkey_needs_script: "تتطلب هذه الخطوة JavaScript: لا يمكن طلب مفتاح أمان من المتصفح إلا ببرنامج نصي. فعّله، أو اختر طريقة أمان أخرى.",
        passkey_unsupported: "لا يدعم هذا المتصفح مفاتيح الأمان أو المصادقة البيومترية. اتصل بالمسؤول للحصول على المساعدة.",
        question_heading: "التحقق بسؤال الأمان",
        enroll_question_heading: "إعداد سؤال الأمان",
        enroll_question_lead: "اختر سؤال أمان وإجابة سيُستخدمان لتسجيل الدخول",
        choose_question: "اختيار سؤال أمان",
        create_question: "إنشاء سؤال أمان خاص بي",
        own_question: "سؤالك الخاص، إذا كنت تنشئ سؤالاً",
        answer: "الإجابة",
        questions: [
            "ما أقل طعام كنت تحبه في طفولتك؟",
            "ما اسم أول دمية محشوة لديك؟",
            "علامَ حصلت على أول ميدالية أو جائزة لك؟",
            "ما سؤال الأمان المفضل لديك؟",
            "ما اللعبة أو الدمية المحشوة التي أحببتها أكثر من غيرها في طفولتك؟",
            "ما أول لعبة حاسوب لعبتها؟",
            "ما عبارتك المفضلة من فيلم؟",
            "ما تميمة أول فريق رياضي لعبت فيه؟",
            "ما أول ألبوم موسيقي أو أغنية اشتريتها؟",
            "ما العمل الفني المفضل لديك؟",
            "ما الحلوى المفضلة لدى جدتك؟",
            "ما أول شيء تعلمت طهيه؟",
            "ما وظيفة أحلامك في طفولتك؟",
            "أين التقيت بزوجك أو شريك حياتك؟",
            "أين قضيت عطلتك المفضلة؟",
            "أين كنت ليلة رأس السنة عام 2000؟",
            "من خطيبك أو متحدثك المفضل؟",
            "من شخصيتك المفضلة في كتاب أو فيلم؟",
            "من لاعبك الرياضي المفضل؟",
        ],
    },
    sms: SentCodeWords {
        heading: "التحقق بهاتفك",
        lead: "",
        unsent: ["إرسال رمز في رسالة نصية إلى ", "."],
        send: "تلقي رمز في رسالة نصية",
        instead: "تلقي رسالة نصية بدلاً من ذلك",
        sent: ["أُرسل رمز إلى ", ". أدخل الرمز أدناه للتحقق."],
        again: "إعادة الإرسال",
        enroll: "أدخل رقم هاتفك لتلقي رمز تحقق في رسالة نصية.",
    },
    voice: SentCodeWords {
        heading: "التحقق بهاتفك",
        lead: "",
        unsent: ["إرسال رمز بمكالمة صوتية إلى ", "."],
        send: "تلقي رمز بمكالمة صوتية",
        instead: "تلقي مكالمة صوتية بدلاً من ذلك",
        sent: ["جارٍ الاتصال بالرقم ", ". أدخل الرمز أدناه للتحقق."],
        again: "إعادة الاتصال",
        enroll: "أدخل رقم هاتفك لتلقي رمز تحقق بمكالمة صوتية.",
    },
    email: SentCodeWords {
        heading: "التحقق ببريدك الإلكتروني",
        lead: "التحقق برمز من رسالة بريد إلكتروني",
        unsent: ["لإرسال رسالة تحقق إلى ", "، انقر على «أرسل إليّ رسالة»."],
        send: "أرسل إليّ رسالة",
        instead: "أرسل إليّ رسالة",
        sent: ["أرسلنا رسالة بريد إلكتروني إلى ", ". أدخل رمز التحقق في مربع النص."],
        again: "إعادة الإرسال",
        enroll: "",
    },
    recovery: RecoveryWords {
        reset_heading: "إعادة تعيين كلمة المرور",
        reset: "إعادة تعيين كلمة المرور",
        unlock_heading: "هل تريد إلغاء قفل الحساب؟",
        unlock: "إلغاء قفل الحساب",
        email_heading: "التحقق ببريدك الإلكتروني",
        activation_heading: "إعداد كلمة المرور",
        sign_up_heading: "إنشاء حساب",
        sign_up: "إنشاء حساب",
        end_sessions: "تسجيل خروجي من جميع الأجهزة الأخرى",
        profile_heading: "معلومات إضافية للملف الشخصي",
        finish: "إنهاء",
        unlocked_heading: "أُلغي قفل الحساب بنجاح!",
        unlocked: "يمكنك تسجيل الدخول باسم المستخدم وكلمة المرور الحاليين: ",
        account: "الحساب ",
        identifier: "البريد الإلكتروني أو اسم المستخدم",
        sent: "إذا كان هذا الحساب موجودًا، فقد أُرسلت إليه رسالة بريد إلكتروني تتضمن رمزًا ورابطًا. أدخل الرمز هنا، أو افتح الرابط.",
        inbox: ["لا يُرسل شيء فعليًا: الرسالة موجودة في ", "صندوق الوارد لهذه المحاكاة", "."],
        optional: " (اختياري)",
        send_again: "إعادة الإرسال",
    },
    keep_signed_in: KeepSignedInWords {
        heading: "إبقائي مسجلاً للدخول",
        lead: ["باسم ", ""],
        note: "إذا بقيت مسجلاً للدخول، يحتفظ هذا المتصفح بجلستك بعد إغلاقه.",
        stay: "البقاء مسجلاً للدخول",
        do_not_stay: "عدم البقاء مسجلاً للدخول",
    },
    consent: ConsentWords {
        title: "السماح بالوصول",
        heading: ["", " يطلب الوصول"],
        user: ["باسم ", ""],
        scopes: "إذا سمحت بذلك، فسيمكنه",
        optional_scopes: "اختيارك",
        allow: "سماح",
        deny: "عدم السماح",
        either: ["كلا الخيارين يعيدك إلى ", ". إذا لم تسمح بذلك، فسيتلقى العميل ", "."],
    },
    device: DeviceWords {
        code_heading: "تفعيل جهازك",
        code_hint: "يعرض الجهاز رمزًا من ثمانية أحرف. أدخله هنا؛ لا فرق بين الأحرف الكبيرة والصغيرة، ولا أهمية للمسافات والشرطات.",
        code: "رمز التفعيل",
        confirm_heading: "هل تريد تفعيل هذا الجهاز؟",
        confirm: ["سيُسجَّل دخول ", " باسم ", ""],
        compare: "تابع فقط إذا كان جهازك يعرض هذا الرمز: ",
        scopes: "سيتمكن الجهاز من",
        denial: "إذا لم تسمح بذلك، فلن يُسجَّل دخول الجهاز ولن يعرف شيئًا عنك.",
        activated: "فُعّل الجهاز",
        activated_text: ["سيُسجَّل دخول ", " خلال ثوانٍ قليلة. اتبع التعليمات على جهازك."],
        not_activated: "لم يُفعّل الجهاز",
        not_activated_text: ["لم تسمح بذلك، ولذلك لم يُسجَّل دخول ", "."],
        close: "يمكنك إغلاق هذه الصفحة.",
    },
    magic_link: MagicLinkWords {
        return_to_tab: "يُرجى العودة إلى علامة التبويب الأصلية.",
        enter_code: "أدخل الرمز في متصفحك أو جهازك الأصلي.",
        expired: "انتهت صلاحية رابط البريد الإلكتروني هذا. لإعادة إرساله، عُد إلى الشاشة التي طلبته منها.",
        replaced: "رابط البريد الإلكتروني هذا قديم. عُد إلى الشاشة التي طلبته منها.",
    },
    phone: PhoneWords {
        heading: "طلبات تنتظر الموافقة",
        lead: "اختصار للتطوير: يجيب كما يجيب المستخدم على جهازه، من دون كلمة مرور. تبقى السياسات سارية.",
        approved: "تمت الموافقة. يستمر تسجيل الدخول عند الاستعلام التالي.",
        denied: "تم الرفض. يتلقى تسجيل الدخول خطأً عند الاستعلام التالي.",
        too_late: "لم يتغير شيء: سبقت الإجابة عن هذا الطلب، أو انتهت مهلته.",
        asks: [" يطلب من ", ""],
        message: "الرسالة المطلوب مقارنتها",
        ends_in: "ينتهي خلال",
        seconds: |seconds| SECONDS.of(seconds.unsigned_abs()),
        approve: "موافقة",
        deny: "رفض",
        none_heading: "لا توجد طلبات معلّقة",
        none: [
            "تظهر هنا إشعارات Okta Verify الفورية والطلبات المرسلة إلى ",
            " حتى تتم الإجابة عنها أو تنتهي مهلتها. أعد تحميل هذه الصفحة لعرضها.",
        ],
    },
    error: ErrorWords {
        lead: "أجابت المحاكاة بخطأ، ولم تُعِد التوجيه.", code: "رمز الخطأ:", description: "الوصف:"
    },
    sign_out: SignOutWords {
        title: "تسجيل الخروج",
        question: "هل تريد تسجيل الخروج؟",
        text: ["طلب تطبيق إنهاء جلستك مع ", "، ولم يذكر من أنت. أغلق هذه الصفحة للبقاء مسجلاً للدخول."],
        sign_out: "تسجيل الخروج",
        done_title: "تم تسجيل الخروج",
        done_heading: "تم تسجيل خروجك",
        done: ["انتهت الجلسة مع ", ". "],
        apps_may_know: "قد تظل التطبيقات التي تحتفظ بجلسة خاصة بها تتعرف عليك.",
        apps_are_notified: "يجري إبلاغ تطبيقاتك.",
        none_title: "غير مسجل للدخول",
        none_heading: "لم تكن مسجلاً للدخول",
        none: ["لم تكن هناك جلسة مع ", " لإنهائها."],
        close: "يمكنك إغلاق هذه الصفحة. لتسجيل الدخول مرة أخرى، عُد إلى التطبيق.",
        app_frame: "تسجيل الخروج من تطبيق",
        returning: "العودة إلى التطبيق",
        answer_goes_to: ["تُرسل الاستجابة إلى ", "."],
        needs_click: "البرامج النصية معطّلة، ولذلك تتطلب هذه الخطوة نقرة.",
    },
    home: HomeWords {
        title: "حسابي",
        email: "البريد الإلكتروني: ",
        factors: "طرق الأمان",
        no_factors: "لا توجد طرق أمان أخرى.",
        apps: "التطبيقات",
        no_apps: "لم يُخصَّص لك أي تطبيق.",
        sessions: "أماكن تسجيل دخولك",
        session: ["منذ ", "، آخر استخدام ", ""],
        this_browser: " (هذا المتصفح)",
        consents: "ما سمحت به",
        no_consents: "لا شيء.",
    },
};
