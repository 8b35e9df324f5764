"""Why a sealed text cannot be read."""

from digibel.problems import Problem


class SealingError(Problem):
    code = "sealing"
    status = 500
    message = "Sealing failed. Ask whoever runs this service to look at the log."


class Erased(SealingError):
    """The person's key was destroyed. Nobody can read this again, and that was the wish."""

    code = "erased"
    status = 410
    message = "This person's data has been erased. Only dates and counts are left."
    # Read by Django's templates: an erased name prints as nothing, and the page around it stays whole.
    silent_variable_failure = True


class Unsealable(SealingError):
    """Altered, moved to another row or column, or sealed under something else than it says. Never shown as empty."""

    code = "unsealable"
    message = (
        "A sealed text cannot be opened: it was altered or moved. Ask whoever runs this service to check the database."
    )


class KeyMissing(Unsealable):
    """No key, and no record that it was destroyed: the database of keys is incomplete, or is the wrong one."""

    code = "key_missing"
    message = (
        "A person's key is missing. Ask whoever runs this service to check that the database of keys is the right one."
    )


class MasterKeyMissing(SealingError):
    code = "master_key_missing"
    message = "A master key is missing or unusable. Ask whoever runs this service to check DIGIBEL_MASTER_KEYS."
