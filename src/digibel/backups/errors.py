from digibel.problems import Problem


class NoBackup(Problem):
    """Not a file of ours, altered, broken off, closed with another key, or of another version."""

    code = "no_backup"
    message = "This is no backup that can be restored here: {why}. Nothing was changed."

    def __init__(self, why: str) -> None:
        super().__init__(why=why)


class NoFile(Problem):
    code = "no_file"
    message = "{path} is a folder or a device. Name a file of its own."


class NoFolder(Problem):
    code = "no_folder"
    message = "Name a file, or a folder in DIGIBEL_BACKUPS."


class StillWorking(Problem):
    code = "still_working"
    message = "Stop web and workers first, and run this with DIGIBEL_READ_ONLY=1: what is written meanwhile would stay behind."


class NotEmpty(Problem):
    code = "not_empty"
    message = "There is something in that database already. Name an empty one."
