from digibel.problems import Problem


class NotReady(Problem):
    code = "not_ready"
    status = 409
    message = "This volunteer is not ready to be sent: {missing}."
