//! Sequence diagrams: lanes from left to right, messages from top to bottom. The template draws them as inline SVG.

/// Width of a diagram and distance of the outer lanes from its edges.
const WIDTH: usize = 1000;
const MARGIN: usize = 120;

/// Vertical positions.
const FIRST_MESSAGE: usize = 118;
const MESSAGE_HEIGHT: usize = 46;

/// The lanes and messages of a flow.
#[derive(Debug)]
pub(super) struct Diagram {
    pub(super) lanes: &'static [Lane],
    pub(super) messages: &'static [Message],
}

/// Who takes part.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) name: &'static str,
    /// `app`, `issuer`, `api` or empty: its colour.
    pub(super) role: &'static str,
}

/// One message, or something that one party does.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) channel: Channel,
    /// The text in the diagram.
    pub(super) label: &'static str,
    /// The step in one or two sentences, for the list below the diagram.
    pub(super) step: &'static str,
}

/// How a message travels.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Channel {
    /// Through the browser, where it can be read and changed.
    Front,
    /// From server to server.
    Back,
}

impl Diagram {
    pub(super) fn height(&self) -> usize {
        FIRST_MESSAGE + self.messages.len() * MESSAGE_HEIGHT
    }

    /// The middle of a lane.
    pub(super) fn x(&self, lane: &usize) -> usize {
        MARGIN + lane * (WIDTH - 2 * MARGIN) / (self.lanes.len() - 1)
    }

    /// The line of a message.
    pub(super) fn y(&self, message: &usize) -> usize {
        FIRST_MESSAGE + message * MESSAGE_HEIGHT
    }

    /// Where the arrow of a message ends, short of the lane.
    pub(super) fn tip(&self, message: &Message) -> usize {
        let x = self.x(&message.to);
        if message.to > message.from { x - 8 } else { x + 8 }
    }

    /// The middle of a message, for its text.
    pub(super) fn middle(&self, message: &Message) -> usize {
        usize::midpoint(self.x(&message.from), self.x(&message.to))
    }
}

impl Message {
    /// What the party does by itself, without a message.
    pub(super) fn is_local(&self) -> bool {
        self.from == self.to
    }

    pub(super) fn is_back(&self) -> bool {
        self.channel == Channel::Back
    }
}
