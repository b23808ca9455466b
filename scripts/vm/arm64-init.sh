#!/bin/busybox sh
# Start of an arm64 guest, whose whole root file system is in the initramfs: runs /guest.mjs on its Node.js. What that
# prints goes to the console.
export PATH=/usr/local/bin:/usr/bin:/bin HOME=/root TERM=dumb NO_COLOR=1
/bin/busybox mkdir -p /proc /sys /dev /tmp /run
/bin/busybox mount -t proc none /proc
/bin/busybox mount -t sysfs none /sys
/bin/busybox mount -t devtmpfs none /dev
/bin/busybox mount -t tmpfs none /tmp
/bin/busybox mount -t cgroup2 none /sys/fs/cgroup
/bin/busybox ip link set lo up
# The kernel's lines would be between those of the guest.
echo 1 > /proc/sys/kernel/printk
node /guest.mjs < /dev/null > /dev/console 2>&1
echo "connwatch-vm: exit $?" > /dev/console
/bin/busybox sync
echo o > /proc/sysrq-trigger
# The end of the first process would be a panic.
/bin/busybox sleep 60
