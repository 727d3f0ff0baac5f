#include "store/driver/filesystem.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/error.h"

/* The numbers are those of statfs(2) and linux/magic.h, which does not have
 * them all. A file system in user space (FUSE) may be anything; those that
 * several machines share (GFS2, OCFS2, Lustre, GPFS) map a file into the memory
 * of each by itself. */
static const struct gn_filesystem known[] = {
    {"9p", 0x01021997, true},
    {"AFS", 0x5346414f, true},
    {"AFS", 0x6b414653, true},
    {"Ceph", 0x00c36400, true},
    {"CIFS", 0xff534d42, true},
    {"Coda", 0x73757245, true},
    {"FUSE", 0x65735546, true},
    {"GFS2", 0x01161970, true},
    {"GPFS", 0x47504653, true},
    {"Lustre", 0x0bd00bd0, true},
    {"NFS", 0x6969, true},
    {"OCFS2", 0x7461636f, true},
    {"SMB", 0x517b, true},
    {"SMB2", 0xfe534d42, true},
    {"VirtualBox's", 0x786f4256, true},
    {"VMware's", 0xbacbacbc, true},
    {"bcachefs", 0xca451a4e, false},
    {"btrfs", 0x9123683e, false},
    {"exFAT", 0x2011bab0, false},
    {"ext4", 0xef53, false},
    {"F2FS", 0xf2f52010, false},
    {"FAT", 0x4d44, false},
    {"overlay", 0x794c7630, false},
    {"ramfs", 0x858458f6, false},
    {"squashfs", 0x73717368, false},
    {"tmpfs", 0x01021994, false},
    {"XFS", 0x58465342, false},
    {"ZFS", 0x2fc12fc1, false},
};

static atomic_long pretended;

void gn_filesystem_pretend(long type)
{
    atomic_store(&pretended, type);
}

/* Some architectures sign the number. */
static long type_of(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    struct statfs fs;

    if (atomic_load(&pretended) != 0)
        return atomic_load(&pretended);
    if (statfs(path, &fs) == 0)
        return (long)(fs.f_type & 0xffffffff);
    snprintf(folder, sizeof folder, "%.*s",
             slash != NULL ? (int)(slash - path) + 1 : 1,
             slash != NULL ? path : ".");
    return statfs(folder, &fs) == 0 ? (long)(fs.f_type & 0xffffffff) : 0;
}

struct gn_filesystem gn_filesystem_of(const char *path)
{
    const long type = type_of(path);

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].type == type)
            return known[i];
    return (struct gn_filesystem){"", type, false};
}

enum garner_code gn_filesystem_check(const char *path, struct garner_error *err)
{
    const struct gn_filesystem fs = gn_filesystem_of(path);

    if (!fs.network)
        return GARNER_OK;
    return gn_fail(err, GARNER_UNSUPPORTED,
                   "%.80s: is on a network file system (%s), where a log loses "
                   "data if two machines open it; use a local disk, or allow "
                   "it for one machine alone (network_fs, --network-fs)",
                   path, fs.name);
}
