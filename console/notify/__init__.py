"""From the outbox to people: channels, and the courier that serves them.

At least once, with the notice's key handed over so that a receiver can tell a repetition; into a
file exactly once. No channel and no alert delays another.
"""

from console.notify.alarm import Alarm
from console.notify.channel import Channel, NotDelivered
from console.notify.courier import Courier
from console.notify.kinds import channels_of

__all__ = ["Alarm", "Channel", "Courier", "NotDelivered", "channels_of"]
