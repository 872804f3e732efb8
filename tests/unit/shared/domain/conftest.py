"""Properties here are about numbers; how long one takes on a busy machine is not one of them."""

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
