"""A resources server for NeMo-Gym and NeMo-RL, with rewards from Assay.

The `app.py` of a resources server; rows have `expected_answer`. A completion without a score is
masked.
"""

from assay.integrations.nemo_gym import resources_server

Server = resources_server("math+format")

if __name__ == "__main__":
    Server.run_webserver()
