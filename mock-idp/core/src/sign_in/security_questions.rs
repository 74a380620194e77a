//! The questions that users can choose from.

/// A question with its key.
#[derive(Clone, Copy, Debug)]
pub struct SecurityQuestion {
    pub key: &'static str,
    pub text: &'static str,
}

/// Okta: as recorded, in this order.
pub const SECURITY_QUESTIONS: [SecurityQuestion; 19] = [
    SecurityQuestion { key: "disliked_food", text: "What is the food you least liked as a child?" },
    SecurityQuestion { key: "name_of_first_plush_toy", text: "What is the name of your first stuffed animal?" },
    SecurityQuestion { key: "first_award", text: "What did you earn your first medal or award for?" },
    SecurityQuestion { key: "favorite_security_question", text: "What is your favorite security question?" },
    SecurityQuestion { key: "favorite_toy", text: "What is the toy/stuffed animal you liked the most as a kid?" },
    SecurityQuestion { key: "first_computer_game", text: "What was the first computer game you played?" },
    SecurityQuestion { key: "favorite_movie_quote", text: "What is your favorite movie quote?" },
    SecurityQuestion {
        key: "first_sports_team_mascot",
        text: "What was the mascot of the first sports team you played on?",
    },
    SecurityQuestion { key: "first_music_purchase", text: "What music album or song did you first purchase?" },
    SecurityQuestion { key: "favorite_art_piece", text: "What is your favorite piece of art?" },
    SecurityQuestion { key: "grandmother_favorite_desert", text: "What was your grandmother's favorite dessert?" },
    SecurityQuestion { key: "first_thing_cooked", text: "What was the first thing you learned to cook?" },
    SecurityQuestion { key: "childhood_dream_job", text: "What was your dream job as a child?" },
    SecurityQuestion {
        key: "place_where_significant_other_was_met",
        text: "Where did you meet your spouse/significant other?",
    },
    SecurityQuestion { key: "favorite_vacation_location", text: "Where did you go for your favorite vacation?" },
    SecurityQuestion { key: "new_years_two_thousand", text: "Where were you on New Year's Eve in the year 2000?" },
    SecurityQuestion { key: "favorite_speaker_actor", text: "Who is your favorite speaker/orator?" },
    SecurityQuestion { key: "favorite_book_movie_character", text: "Who is your favorite book/movie character?" },
    SecurityQuestion { key: "favorite_sports_player", text: "Who is your favorite sports player?" },
];

/// The text of the question with this key.
#[must_use]
pub fn question_text(key: &str) -> Option<&'static str> {
    SECURITY_QUESTIONS.iter().find(|question| question.key == key).map(|question| question.text)
}
