"""Busy times from a volunteer's own calendar address: `outside` gets it, `reading` reads it in a process of its own, `keeping`
keeps from when until when somebody is busy, and nothing else of what stands there."""
