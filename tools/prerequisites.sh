#!/bin/sh
# Says in one line each what is missing to run the project, and how to get it.
set -eu

missing=0
say() {
    echo "$1" >&2
    missing=1
}

terraform=${TERRAFORM:-terraform}
if ! command -v "$terraform" >/dev/null 2>&1; then
    say "Terraform 1.9 or newer is missing. Get it from https://developer.hashicorp.com/terraform/install, or set TERRAFORM=/path/to/terraform."
else
    version=$(TF_CLI_CONFIG_FILE='' CHECKPOINT_DISABLE=1 "$terraform" version | sed -n '1s/^Terraform v//p')
    major=${version%%.*}
    rest=${version#*.}
    minor=${rest%%.*}
    if [ "$major" -lt 1 ] || { [ "$major" -eq 1 ] && [ "$minor" -lt 9 ]; }; then
        say "Terraform $version is too old: 1.9 or newer is needed. Get it from https://developer.hashicorp.com/terraform/install."
    fi
fi
case $(uname -s) in
    Linux) ;;
    *) echo "Note: the local AWS is tested on Linux only; on $(uname -s) use a Linux machine or WSL if a part does not start." >&2 ;;
esac
exit "$missing"
