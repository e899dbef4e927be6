#!/bin/sh
# The first process of a guest without systemd: disks, network, the gateway, and the agent. See cuts.py.
export PATH=/payload/package/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
mountpoint -q /proc || mount -t proc proc /proc
mountpoint -q /sys || mount -t sysfs sys /sys
mountpoint -q /dev || mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
modprobe -a virtio_console virtio_net
ip link set lo up
for path in /sys/class/net/e*; do device=${path##*/}; done
ip address add 10.0.2.15/24 dev "$device"
ip link set "$device" up
# The root is the same at every boot; what the gateway keeps is on the other disk, as its last writer left it.
blkid /dev/vdb >/dev/null || mkfs.ext4 -q /dev/vdb
mount -o noatime /dev/vdb /var/lib/waypost || echo "REFUSED: the disk can't be mounted" >/dev/ttyS0
mkdir -p /run/waypost
echo "STARTING the gateway" >/dev/ttyS0
(
  waypost run --config /payload/waypost.yaml 2>&1 | sed -u 's/^/waypost| /'
  echo "REFUSED: the gateway has ended"
) >/dev/ttyS0 &
# Says on the serial line where the journal stands: nothing that is said there can be lost with the guest's disk.
(
  while sleep 0.05; do
    waypost status --config /payload/waypost.yaml --format json 2>/dev/null | sed -nE 's/.*"journal":\{[^{]*"last":([0-9]+).*/head \1 end/p'
  done
) >/dev/ttyS0 &
until port=$(ls /dev/vport*p1 2>/dev/null); do sleep 0.1; done
exec python3 /payload/agent.py "$port"
