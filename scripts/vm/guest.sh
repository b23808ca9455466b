# Second half of the guest's start, in the host's root file system: runs /run/command, and tells its exit code on the
# second serial line, after the file /run/results if there is one. The first serial line is for people.
. /run/settings
export HOME=/root TERM=dumb NO_COLOR=1 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mkdir -p /dev/pts /dev/shm /lib/modules
mount -t devpts none /dev/pts
mount -t tmpfs none /dev/shm
mount -t bpf none /sys/fs/bpf
mount -t cgroup2 none /sys/fs/cgroup
mount --bind "$modules/lib/modules" /lib/modules
hostname connwatch-vm
ip link set lo up
cd "$checkout" || echo "connwatch-vm: $checkout is not there"
echo 'connwatch-vm: up'

sh /run/command < /dev/null
code=$?

stty -F /dev/ttyS1 raw -echo
{
  [ -f /run/results ] && cat /run/results
  printf '\nconnwatch-vm: exit %d\n' "$code"
} > /dev/ttyS1
echo o > /proc/sysrq-trigger
# The end of the first process would be a panic.
sleep 60
