"""DBOS: one durable workflow, a step a mail, over one kept connection."""

import logging
import time

from dbos import DBOS

from benchmarks.peers import Kept, given


def main() -> None:
    """Send and print the seconds."""
    port, mails, url = given()
    connection = Kept(port)

    @DBOS.step()
    def send(number: int) -> str:
        return connection.send(*mails[number])

    @DBOS.workflow()
    def send_all() -> int:
        return sum(send(number).startswith("250") for number in range(len(mails)))

    logging.disable(logging.WARNING)
    DBOS(config={"name": "peer", "system_database_url": url, "run_admin_server": False})
    DBOS.launch()
    began = time.perf_counter()
    send_all()
    print(time.perf_counter() - began)
    DBOS.destroy()


if __name__ == "__main__":
    main()
