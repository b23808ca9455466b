#!/bin/busybox sh
# First half of the guest's start, from the initramfs: the root file system is the host's, which is only read; what the
# guest writes goes to its memory.
PATH=/bin
/bin/busybox --install -s /bin
mount -t proc none /proc
mount -t devtmpfs none /dev
for module in /modules/*.ko; do insmod "$module" || echo "connwatch-vm: $module was not taken"; done
mount -t virtiofs -o ro host /host
mount -t tmpfs -o size=75% none /writable
mkdir /writable/upper /writable/work
mount -t overlay -o lowerdir=/host,upperdir=/writable/upper,workdir=/writable/work none /root
mount -t tmpfs none /root/run
cp /guest.sh /settings /command /root/run/
umount /proc
exec switch_root /root /bin/sh /run/guest.sh
