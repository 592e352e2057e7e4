"""The disk of a machine with a kernel of its own, made of the layers of a container."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.rig.root import RigUnavailable, alone, cache_folder, debian_root, digest, key_of, made_whole

PACKAGES: Final = ("linux-image-amd64", "initramfs-tools", "kmod", "alsa-utils", "gpiod")
# A hundred megabytes to fetch, and the initial RAM disk to be packed on a small machine.
LAYER_TIMEOUT_S: Final = 600.0
IMAGE_TIMEOUT_S: Final = 120.0
_APART: Final = ("unshare", "--mount", "--propagation=private")
_IMAGE_BYTES: Final = 4 << 30  # sparse
# $1: the root below; $2: where the layer is made. Names and certificates are this machine's.
_ENTER: Final = """\
mount -t overlay -o "lowerdir=$1,upperdir=$2/disk,workdir=$2/work" overlay "$2/merged"
mount -t proc proc "$2/merged/proc"
mount --rbind /dev "$2/merged/dev"
mount -t tmpfs tmpfs "$2/merged/run"
cp -L /etc/resolv.conf "$2/merged/etc/resolv.conf"
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    mkdir -p "$2/merged/etc/ssl/certs"
    cp -L /etc/ssl/certs/ca-certificates.crt "$2/merged/etc/ssl/certs/"
fi
export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
cd "$2/merged"
shift 2
chroot . apt-get update
"""
# $1: packages
INSTALL: Final = "chroot . apt-get install --yes --no-install-recommends $1\n"
_AGENT_UNIT: Final = """\
[Unit]
Description=The rig's hand in this machine
[Service]
ExecStart=/usr/bin/python3 /srv/rig/agent.py
Restart=always
[Install]
WantedBy=multi-user.target
"""
# Two cards, each a cable in the kernel: what is played on its device 0 is recorded from its device 1.
_LOOPBACK: Final = "options snd-aloop enable=1,1 id=Mic,Spk pcm_substreams=1,1\n"


def kernel_layer(suite: str) -> Path:
    """What a kernel and the tools for its sound cards add to the root of `suite`; made once, and kept."""
    layer = cache_folder() / f"kernel-{suite}-{digest(key_of(suite).encode(), ' '.join(PACKAGES).encode())}"
    with alone(layer):
        if not layer.is_dir():
            root = debian_root(suite)
            with made_whole(layer) as partial:
                fill_layer(root, partial, INSTALL, " ".join(PACKAGES))
    return layer / "disk"


def fill_layer(root: Path, folder: Path, script: str, *arguments: str) -> Path:
    """What a shell script that is run over `root`, in its folder, adds to it; made in `folder`.

    Raises RigUnavailable with the script's last words where it fails, which is mostly the network.
    """
    for place in ("disk", "work", "merged"):
        (folder / place).mkdir(parents=True)
    filled = subprocess.run(
        [
            *(*_APART, "--pid", "--fork", "--kill-child", "sh", "-ec", _ENTER + script, "fill"),
            *(str(root), str(folder), *arguments),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=LAYER_TIMEOUT_S,
        check=False,
    )
    if filled.returncode != 0:
        raise RigUnavailable(f"nothing could be added to {root.name}: {filled.stderr[-500:]}")
    return folder / "disk"


def put_rig_into(disk: Path, files: Mapping[str, bytes]) -> None:
    """Add the agent, the loopback cards and `files` (path there → content) to a layer."""
    unit = "etc/systemd/system/rig-agent.service"
    ours = {
        unit: _AGENT_UNIT.encode(),
        "srv/rig/agent.py": (Path(__file__).parent / "agent.py").read_bytes(),
        "etc/modprobe.d/rig.conf": _LOOPBACK.encode(),
        "etc/modules-load.d/rig.conf": b"snd-aloop\nuhid\nhid-cp2112\n",
        "etc/fstab": b"/dev/vda / ext4 defaults 0 1\n",
    }
    for name, content in (ours | dict(files)).items():
        path = disk / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    wanted = disk / "etc/systemd/system/multi-user.target.wants/rig-agent.service"
    wanted.parent.mkdir(parents=True, exist_ok=True)
    wanted.unlink(missing_ok=True)
    wanted.symlink_to(f"/{unit}")


def make_image(layers: Sequence[Path], folder: Path) -> Path:
    """An ext4 image of `layers`, the topmost first; its kernel and initial RAM disk lie beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    image, merged = folder / "image", folder / "merged"
    merged.mkdir(exist_ok=True)
    with image.open("wb") as file:
        file.truncate(_IMAGE_BYTES)
    script = (
        'mount -t overlay -o "lowerdir=$1" overlay "$2" && '
        'cp -L "$2"/vmlinuz "$2"/initrd.img "$4"/ && '
        'mke2fs -q -t ext4 -E lazy_itable_init=1 -d "$2" "$3"'
    )
    lower = ":".join(map(str, layers))
    subprocess.run(
        [*_APART, "sh", "-ec", script, "image", lower, str(merged), str(image), str(folder)],
        check=True,
        timeout=IMAGE_TIMEOUT_S,
    )
    (folder / "initrd.img").rename(folder / "initrd")
    return image
