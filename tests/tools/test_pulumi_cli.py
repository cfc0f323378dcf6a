"""tools/pulumi-cli finds, installs or builds the CLI, or says what is missing."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "pulumi-cli"
VERSION = "3.259.0"
BASICS = ("sh", "awk", "cat", "chmod", "cp", "dirname", "mkdir", "mktemp", "mv", "rm", "sed")

# A `pulumi` that only knows its version.
FAKE_CLI = "#!/bin/sh\n[ $1 = version ] && echo v{version}\n"

# A `curl` that writes an installer to the file after -o; the installer fills --install-root.
FAKE_CURL = """#!/bin/sh
while [ "$1" != -o ]; do shift; done
cat >"$2" <<'INSTALLER'
while [ "$1" != --install-root ]; do shift; done
mkdir -p "$2/bin"
printf '#!/bin/sh\\necho v3.259.0\\n' >"$2/bin/pulumi"
cp "$2/bin/pulumi" "$2/bin/pulumi-language-python"
cp "$2/bin/pulumi" "$2/bin/pulumi-language-python-exec"
chmod +x "$2/bin/"*
echo "talk of the installer"
INSTALLER
"""

# A `go` that "builds" the same thing, and knows a module folder with the executor.
FAKE_GO = """#!/bin/sh
if [ "$1" = list ]; then
    mkdir -p "$HOME/sdk/python/cmd"
    echo '# executor' >"$HOME/sdk/python/cmd/pulumi-language-python-exec"
    echo "$HOME/sdk"
    exit
fi
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\necho v3.259.0\\n' >"$2"
chmod +x "$2"
"""

NOTHING_POSSIBLE = """\
error[pulumi-cli]: no Pulumi CLI, and no way to get one
  on PATH       no working pulumi 3.227.0 or newer with pulumi-language-python beside it
  installer     get.pulumi.com cannot be reached, or curl is missing
  Go modules    go 1.25.11 or newer is missing, or the build failed (see above)

hint: install Pulumi (https://www.pulumi.com/docs/install/) or Go (https://go.dev/doc/install)
"""


class Machine:
    """A home and a PATH that hold only what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.bin = folder / "bin"
        self.home.mkdir()
        self.bin.mkdir()
        self.cache = self.home / ".cache" / "rackplan"
        for name in BASICS:
            (self.bin / name).symlink_to(shutil.which(name))

    def put(self, name: str, text: str, folder: Path | None = None) -> None:
        file = (folder or self.bin) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)

    def put_cli(self, version: str, folder: Path | None = None) -> None:
        self.put("pulumi", FAKE_CLI.format(version=version), folder)
        self.put("pulumi-language-python", "#!/bin/sh\n", folder)
        self.put("pulumi-language-python-exec", "", folder)

    def run(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SCRIPT],
            env={"HOME": str(self.home), "PATH": str(self.bin)},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_cli_on_path_is_taken_without_a_word(machine):
    machine.put_cli("3.300.0")
    result = machine.run()
    assert (result.returncode, result.stdout, result.stderr) == (0, f"{machine.bin}\n", "")


@pytest.mark.parametrize("version", ["3.227.0", "3.1000.0", "4.0.0", "3.260.0-alpha.x1"])
def test_version_is_new_enough(machine, version):
    machine.put_cli(version)
    assert machine.run().stdout == f"{machine.bin}\n"


@pytest.mark.parametrize("version", ["3.226.9", "3.9.0", "2.300.0"])
def test_version_is_too_old(machine, version):
    machine.put_cli(version)
    result = machine.run()
    assert result.returncode == 1
    assert (
        f"{machine.bin}/pulumi is {version}, older than 3.227.0, so it is not used" in result.stderr
    )


def test_cli_without_language_host_is_not_taken(machine):
    machine.put("pulumi", FAKE_CLI.format(version="3.300.0"))
    result = machine.run()
    assert result.returncode == 1
    assert "has no pulumi-language-python beside it or on PATH" in result.stderr


def test_cli_that_does_not_run_is_not_taken(machine):
    machine.put("pulumi", "#!/bin/sh\nexit 1\n")
    result = machine.run()
    assert result.returncode == 1
    assert f"{machine.bin}/pulumi does not run, so it is not used" in result.stderr


def test_earlier_installation_is_taken_without_a_word(machine):
    target = machine.cache / f"pulumi-{VERSION}"
    machine.put_cli(VERSION, target)
    result = machine.run()
    assert (result.returncode, result.stdout, result.stderr) == (0, f"{target}\n", "")


def test_official_installer_fills_the_cache(machine):
    machine.put("curl", FAKE_CURL)
    result = machine.run()
    target = machine.cache / f"pulumi-{VERSION}"
    assert (result.returncode, result.stdout) == (0, f"{target}\n")
    assert "talk of the installer" not in result.stderr
    assert [child.name for child in machine.cache.iterdir()] == [f"pulumi-{VERSION}"]


def test_go_modules_fill_the_cache_when_the_installer_cannot_be_reached(machine):
    machine.put("curl", "#!/bin/sh\nexit 7\n")
    machine.put("go", FAKE_GO)
    result = machine.run()
    target = machine.cache / f"pulumi-{VERSION}"
    assert (result.returncode, result.stdout) == (0, f"{target}\n")
    assert "the official installer cannot be reached" in result.stderr
    assert sorted(child.name for child in target.iterdir()) == [
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
        "python-host",
    ]


def test_failing_build_is_shown_whole_and_leaves_nothing(machine):
    machine.put("go", "#!/bin/sh\necho 'go: first line'\necho 'go: last line' >&2\nexit 1\n")
    result = machine.run()
    assert result.returncode == 1
    assert "go: first line\ngo: last line\n" in result.stderr
    assert list(machine.cache.iterdir()) == []


def test_message_when_nothing_is_possible(machine):
    result = machine.run()
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == NOTHING_POSSIBLE
    assert list(machine.cache.iterdir()) == []
