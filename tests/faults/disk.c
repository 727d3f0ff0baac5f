#include "faults/disk.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "faults/shim.h"

enum { SECTOR = 512, MOST_CHANGES = 4096 };

struct bytes {
    bool exists;
    unsigned char *data;
    size_t size;
};

/* A write, or a truncation (data is NULL, size the new one). */
struct change {
    unsigned char *data;
    size_t offset;
    size_t size;
};

struct file {
    struct bytes synced; /* of the file that has the name now */
    struct change changes[MOST_CHANGES];
    size_t count;
    bool exists;
    bool opened; /* since disk_start, or since it was removed ... */
    bool first;  /* ... and not synced since: its first sync is the folder's */
    /* The folder's own sync: until then the name may still mean this. */
    bool renamed;
    struct bytes before;
};

enum fate { NOTHING, EVERYTHING, A_PREFIX, ANY, FATES };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* guarded by lock */
static struct disk_plan plan;
static uint64_t seed;
static unsigned calls;
static unsigned failed;
static bool is_cut;
static struct image survived;
static struct file files[IMAGE_FILES];

static uint64_t below(uint64_t limit)
{
    return gn_random_next(&seed) % limit;
}

static void *must(void *p)
{
    if (p == NULL)
        abort();
    return p;
}

static void drop(struct bytes *b)
{
    free(b->data);
    *b = (struct bytes){0};
}

/* --- what becomes of changes -----------------------------------------------
 */

static size_t size_after(size_t size, const struct change *c)
{
    if (c->data == NULL)
        return c->size;
    return c->offset + c->size > size ? c->offset + c->size : size;
}

/* Does the part of change c that lies in sector. */
static void change_sector(struct bytes *b, const struct change *c,
                          size_t sector)
{
    size_t from = sector * SECTOR;
    size_t to = from + SECTOR;

    if (c->data == NULL) {
        if (c->size < to && c->size < b->size) {
            from = c->size > from ? c->size : from;
            to = to < b->size ? to : b->size;
            memset(b->data + from, 0, to - from);
        }
        return;
    }
    from = c->offset > from ? c->offset : from;
    to = c->offset + c->size < to ? c->offset + c->size : to;
    if (from < to)
        memcpy(b->data + from, c->data + (from - c->offset), to - from);
}

/* How many of count changes reached the disk. */
static size_t how_many(enum fate fate, size_t prefix, size_t count)
{
    switch (fate) {
    case NOTHING:
        return 0;
    case EVERYTHING:
        return count;
    case A_PREFIX:
        return prefix;
    case ANY:
    case FATES:
        break;
    }
    return below(count + 1);
}

/* The file's synced bytes with those of its changes that fate has it. */
static struct bytes after(const struct file *f, enum fate fate)
{
    const size_t prefix = below(f->count + 1);
    struct bytes b = {.exists = true};
    size_t size = f->synced.size;
    size_t largest = size;
    size_t sizes;

    for (size_t i = 0, now = size; i < f->count; i++) {
        now = size_after(now, &f->changes[i]);
        largest = now > largest ? now : largest;
    }
    b.size = largest;
    b.data = must(calloc(1, largest + 1));
    if (f->synced.size > 0)
        memcpy(b.data, f->synced.data, f->synced.size);
    for (size_t sector = 0; sector * SECTOR < largest; sector++) {
        const size_t done = how_many(fate, prefix, f->count);

        for (size_t i = 0; i < done; i++)
            change_sector(&b, &f->changes[i], sector);
    }
    sizes = how_many(fate, prefix, f->count);
    for (size_t i = 0; i < sizes; i++)
        size = size_after(size, &f->changes[i]);
    b.size = size;
    return b;
}

static void forget_changes(struct file *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->changes[i].data);
    f->count = 0;
}

/* The changes are over: fate says what is on the disk of them. */
static void sync_file(struct file *f, enum fate fate)
{
    struct bytes b = after(f, fate);

    drop(&f->synced);
    f->synced = b;
    forget_changes(f);
}

static void add_change(struct file *f, const struct shim_call *call)
{
    struct change *c = &f->changes[f->count++];

    if (f->count == MOST_CHANGES)
        abort();
    c->data = NULL;
    c->offset = 0;
    c->size = (size_t)call->offset;
    if (call->op == SHIM_WRITE) {
        c->offset = (size_t)call->offset;
        c->size = (size_t)call->size;
        c->data = must(malloc(c->size + 1));
        memcpy(c->data, call->data, c->size);
    }
}

static void keep_name(struct file *f)
{
    f->renamed = false;
    drop(&f->before);
}

/* The folder is synced, and with it all that was made or removed in it. */
static void sync_folder(void)
{
    for (int i = 0; i < IMAGE_FILES; i++)
        keep_name(&files[i]);
}

/* The name now means another file, or none; with the old one's last bytes kept
 * as long as it may come back. */
static void rename_file(struct file *f, bool exists, bool lasting)
{
    if (!f->renamed) {
        drop(&f->before);
        if (f->exists)
            f->before = after(f, (enum fate)below(FATES));
    }
    f->renamed = true;
    f->exists = exists;
    f->opened = f->opened && exists;
    forget_changes(f);
    drop(&f->synced);
    if (lasting)
        sync_folder();
}

/* --- the end -----------------------------------------------------------------
 */

static void survive(struct file *f, struct image_file *left)
{
    const bool old = f->renamed && below(2) == 0;
    struct bytes b = {0};

    if (old) {
        b = f->before;
        f->before = (struct bytes){0};
    } else if (f->exists) {
        b = after(f, (enum fate)below(FATES));
    }
    *left = (struct image_file){0};
    if (b.exists)
        *left = (struct image_file){b.data, b.size};
}

/* With the lock held. */
static void cut(void)
{
    is_cut = true;
    if (plan.cut != NULL)
        plan.cut(plan.context);
    for (int i = 0; i < IMAGE_FILES; i++)
        survive(&files[i], &survived.files[i]);
}

/* --- the watch
 * ---------------------------------------------------------------- */

static struct file *file_of(const struct shim_call *call)
{
    const size_t size = strlen(plan.path);

    if (strncmp(call->path, plan.path, size) != 0)
        return NULL;
    for (int i = 0; i < IMAGE_FILES; i++)
        if (strcmp(call->path + size, image_suffix(i)) == 0)
            return &files[i];
    return NULL;
}

static bool is_change(const struct shim_call *call)
{
    return call->op == SHIM_WRITE || call->op == SHIM_TRUNCATE ||
           call->op == SHIM_SYNC || call->op == SHIM_DELETE;
}

static int before_call(void *context, struct shim_call *call)
{
    struct file *f;
    int rc = SQLITE_OK;

    (void)context;
    if (!is_change(call))
        return SQLITE_OK;
    pthread_mutex_lock(&lock);
    f = file_of(call);
    if (f != NULL && ++calls == plan.cut_at)
        cut();
    if (f != NULL && call->op == SHIM_SYNC && plan.sync_fails > 0 &&
        below(plan.sync_fails) == 0) {
        /* The system gave up on these pages and holds them for clean. */
        sync_file(f, (enum fate)below(FATES));
        failed++;
        rc = SQLITE_IOERR_FSYNC;
    }
    pthread_mutex_unlock(&lock);
    return rc;
}

/* With a log or journal that it has just opened SQLite syncs the folder. */
static void sync_whole(struct file *f)
{
    sync_file(f, EVERYTHING);
    if (f->first)
        sync_folder();
    f->first = false;
    keep_name(f);
}

static void open_file(struct file *f, int flags)
{
    if (!f->exists && (flags & SQLITE_OPEN_CREATE) != 0)
        rename_file(f, true, false);
    if (!f->opened)
        f->first = f != &files[IMAGE_DATABASE];
    f->opened = true;
}

static void after_call(void *context, const struct shim_call *call)
{
    struct file *f;

    (void)context;
    pthread_mutex_lock(&lock);
    f = file_of(call);
    if (f == NULL) {
        pthread_mutex_unlock(&lock);
        return;
    }
    if (call->op == SHIM_OPEN)
        open_file(f, call->flags);
    else if (call->op == SHIM_WRITE || call->op == SHIM_TRUNCATE)
        add_change(f, call);
    else if (call->op == SHIM_SYNC)
        sync_whole(f);
    else if (call->op == SHIM_DELETE)
        rename_file(f, false, call->flags != 0);
    pthread_mutex_unlock(&lock);
}

static void start_file(struct file *f, const struct image_file *now)
{
    f->exists = now->data != NULL;
    f->synced = (struct bytes){.exists = f->exists, .size = now->size};
    f->synced.data = must(malloc(now->size + 1));
    if (now->data != NULL && now->size > 0)
        memcpy(f->synced.data, now->data, now->size);
}

void disk_start(const struct disk_plan *new_plan)
{
    static const struct shim_watch watch = {.before = before_call,
                                            .after = after_call};
    struct image image = image_take(new_plan->path);

    plan = *new_plan;
    seed = plan.seed;
    calls = 0;
    failed = 0;
    is_cut = false;
    for (int i = 0; i < IMAGE_FILES; i++)
        start_file(&files[i], &image.files[i]);
    image_free(&image);
    shim_watch(&watch);
}

struct image disk_stop(void)
{
    shim_watch(NULL);
    if (!is_cut)
        cut();
    for (int i = 0; i < IMAGE_FILES; i++) {
        forget_changes(&files[i]);
        drop(&files[i].synced);
        drop(&files[i].before);
        files[i].renamed = false;
        files[i].opened = false;
        files[i].first = false;
    }
    return survived;
}

unsigned disk_failed_syncs(void)
{
    return failed;
}
