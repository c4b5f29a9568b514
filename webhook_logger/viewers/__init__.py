"""The Socket.IO connections of this worker: who gets in, what they join, what they receive."""
