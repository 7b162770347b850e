"""What other programs say of a file: each tells by its exit status whether it saw a fault."""
import os
import subprocess

import rig

PEERS = {
    "exrinfo": ["exrinfo"],
    "exrheader": ["exrheader"],
    "checkOpenEXRFile": [os.path.join(rig.TOOLS, "exrcheck")],
    "with its core pass": [os.path.join(rig.TOOLS, "exrcheck"), "-c"],
    "oiiotool 2.4": ["oiiotool", "--stats"],
    "oiiotool 3.2": [os.path.join(rig.OIIO, "oiiotool"), "--stats"],
}


def caught(name, path):
    """Whether the peer ended with anything but 0."""
    try:
        done = subprocess.run([*PEERS[name], path], capture_output=True, check=False, timeout=20)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0
