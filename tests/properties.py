"""The profile of Hypothesis for all property tests."""

import hypothesis

hypothesis.settings.register_profile("seguito", deadline=None)  # a busy machine is no fault of the code's
hypothesis.settings.load_profile("seguito")
