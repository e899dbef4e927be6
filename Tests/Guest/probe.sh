#!/bin/bash
# In the guest, under the unit's own sandbox: what a hook may and may not do there. A line for each, `can` or `cannot`.
can() { if "${@:2}" >/dev/null 2>&1; then echo "can $1"; else echo "cannot $1"; fi; }

can read-configuration test -r /etc/waypost/waypost.yaml
can run-programs /bin/sh -c true
can write-state touch /var/lib/waypost/probe
can write-tmp touch /tmp/probe
can write-etc touch /etc/waypost/probe
can write-home touch /root/probe
can see-home ls /home/technician
can see-others-processes test -e /proc/1/cmdline
can open-serial-line python3 -c 'import os; os.close(os.open("/dev/ttyS1", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))'
can open-usb-adapter python3 -c 'import os; os.close(os.open("/dev/ttyUSB0", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))'
can open-disk python3 -c 'import os; os.close(os.open("/dev/disk/by-id/virtio-payload", os.O_RDONLY))'
can connect-tcp python3 -c 'import socket; socket.create_connection(("127.0.0.1", 1883), 10).close()'
can ask-the-gateway waypost status
can ask-systemd timedatectl show
can ask-kernel-for-clock python3 -c 'import ctypes, sys; sys.exit(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512)) < 0)'
can set-clock date -s @0
can make-executable-memory python3 -c 'import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)'
can change-owner chown waypost:dialout /tmp/probe
can lower-priority python3 -c 'import os; os.nice(5)'
can change-scheduler python3 -c 'import os; os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))'
can resolve-names getent hosts localhost
can open-netlink python3 -c 'import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)'
can mount mount -t tmpfs none /tmp
can raw-socket python3 -c 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)'
can reboot-the-machine systemctl --no-ask-password reboot --when=+1h
can become-root setpriv --reuid=0 true
