#include "store/upkeep/locks.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes of the index, where its locks begin. */
enum { WRITE_LOCK = 120, CHECKPOINT_LOCK = 121, READ_LOCK = 123, OPEN = 128 };

enum { SHOWN = 8, READINGS = 5 };

static struct gn_locks_holder *
holder_of(pid_t pid, struct gn_locks_holder *holders, int *count, size_t max)
{
    for (int i = 0; i < *count; i++)
        if (holders[i].pid == pid)
            return &holders[i];
    if ((size_t)*count >= max)
        return NULL;
    holders[*count] = (struct gn_locks_holder){.pid = pid};
    return &holders[(*count)++];
}

/* "1: POSIX  ADVISORY  READ 1234 fd:01:5678 123 123": the device is not looked
 * at, since some file systems give another one to stat(2); these bytes of a
 * file are locked by nobody else. */
void gn_locks_line(const char *line, ino_t index,
                   struct gn_locks_holder *holders, int *count, size_t max)
{
    struct gn_locks_holder *h;
    unsigned long inode;
    long first;
    long last;
    int pid;

    if (sscanf(line, "%*d: POSIX %*s %*s %d %*x:%*x:%lu %ld %ld", &pid, &inode,
               &first, &last) != 4 ||
        inode != index || first < WRITE_LOCK || first >= OPEN)
        return;
    h = holder_of(pid, holders, count, max);
    if (h == NULL)
        return;
    h->writes = h->writes || first == WRITE_LOCK;
    h->checkpoints =
        h->checkpoints || (first <= CHECKPOINT_LOCK && last >= CHECKPOINT_LOCK);
    h->reads = h->reads || last >= READ_LOCK;
}

static void add_name(struct gn_locks_holder *h)
{
    char path[40];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/comm", (int)h->pid);
    file = fopen(path, "re");
    if (file == NULL)
        return;
    if (fgets(h->name, sizeof h->name, file) != NULL)
        h->name[strcspn(h->name, "\n")] = '\0';
    (void)fclose(file); /* only read from */
}

static bool read_list(ino_t index, struct gn_locks_holder *holders, int *count,
                      size_t max)
{
    FILE *file = fopen("/proc/locks", "re");
    char line[256];

    if (file == NULL)
        return false;
    while (fgets(line, sizeof line, file) != NULL)
        gn_locks_line(line, index, holders, count, max);
    (void)fclose(file); /* only read from */
    return true;
}

int gn_locks_find(const char *path, struct gn_locks_holder *holders, size_t max)
{
    char index[PATH_MAX + 8];
    struct stat st;
    int count = 0;

    snprintf(index, sizeof index, "%s-shm", path);
    if (stat(index, &st) != 0)
        return 0; /* nobody has it open */
    for (int i = 0; i < READINGS; i++)
        if (!read_list(st.st_ino, holders, &count, max))
            return -1;
    for (int i = 0; i < count; i++)
        add_name(&holders[i]);
    return count;
}

bool gn_locks_name(const char *path, enum gn_locks_kind kind, char *text,
                   size_t size)
{
    struct gn_locks_holder holders[SHOWN];
    const int count = gn_locks_find(path, holders, SHOWN);
    size_t used = 0;

    text[0] = '\0';
    for (int i = 0; i < count && used < size; i++) {
        const struct gn_locks_holder *h = &holders[i];
        const char *comma = used > 0 ? ", " : "";

        if (kind == GN_LOCKS_READERS ? !h->reads : !h->writes)
            continue;
        if (h->pid == getpid())
            used += (size_t)snprintf(text + used, size - used, "%sthis process",
                                     comma);
        else
            used += (size_t)snprintf(text + used, size - used,
                                     "%sprocess %d (%s)", comma, (int)h->pid,
                                     h->name[0] != '\0' ? h->name : "gone");
    }
    return text[0] != '\0';
}
