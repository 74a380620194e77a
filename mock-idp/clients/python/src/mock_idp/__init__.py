"""A local mock of an Okta org for development and tests. Not Okta.

>>> with MockIdp.start() as mock:          # doctest: +SKIP
...     mock.clock.advance(3600)
"""

from .org import Clock, ControlError, Faults, Journal, Org, Sandbox
from .server import MockIdp, StartError

__all__ = ["Clock", "ControlError", "Faults", "Journal", "MockIdp", "Org", "Sandbox", "StartError"]
