"""Properties here are about numbers; how long one takes on a busy machine is not one of them."""

from hypothesis import Phase, settings

settings.register_profile("no deadline", deadline=None)
settings.register_profile(
    # The same few examples for every mutant, and the first that fails is enough.
    "mutants",
    deadline=None,
    max_examples=25,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
)
settings.load_profile("no deadline")
