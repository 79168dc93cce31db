"""The topics as data: one file per family, who owns and reads it, and the bodies behind the channels."""
