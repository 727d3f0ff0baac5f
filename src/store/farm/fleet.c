#include "store/farm/fleet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/driver/session.h"
#include "store/farm/make.h"

enum garner_code gn_fleet_blame(const char *folder, unsigned number,
                                enum garner_code code, struct garner_error *err)
{
    struct garner_error reason;

    if (err == NULL)
        return code;
    reason = *err;
    if (strncmp(reason.message, "shard ", 6) != 0)
        gn_fail(err, code, "shard %u (%.60s/%03u.db): %.160s", number, folder,
                number, reason.message);
    err->native = reason.native;
    return code;
}

unsigned gn_fleet_count(const struct gn_fleet *f)
{
    return atomic_load_explicit(&f->count, memory_order_acquire);
}

unsigned gn_fleet_route(const struct gn_fleet *f, unsigned slot)
{
    return atomic_load_explicit(&f->routes[slot], memory_order_acquire);
}

static struct gn_shard *shard_at(const struct gn_fleet *f, unsigned number)
{
    return atomic_load_explicit(&f->shards[number], memory_order_acquire);
}

unsigned gn_fleet_number(const struct gn_fleet *f, const struct gn_shard *shard)
{
    unsigned number = 0;

    while (shard_at(f, number) != shard)
        number++;
    return number;
}

enum garner_code gn_fleet_may_use(const struct gn_fleet *f,
                                  struct garner_error *err)
{
    if (f->forks != gn_turn_forks())
        return gn_fail(err, GARNER_MISUSE,
                       "%s was opened by the parent process; open it again "
                       "after fork",
                       f->folder);
    if (atomic_load_explicit(&f->closing, memory_order_relaxed))
        return gn_fail(err, GARNER_CLOSED, "the store is being closed");
    return GARNER_OK;
}

/* --- reading on a lease ----------------------------------------------------
 */

/* Runs work within one snapshot on a read connection of s. */
static enum garner_code look(struct gn_shard *s, gn_fleet_work *work,
                             void *context, struct garner_error *err)
{
    const int64_t deadline_ns = gn_shard_deadline_ns(s->options.timeout_ms);
    struct gn_lease lease;
    enum garner_code code;

    gn_lease_init(&lease, "the slots of a shard", NULL); /* it stays BUSY */
    code = gn_pool_lease(s->pool, deadline_ns, &lease, err);
    if (code != GARNER_OK)
        return code;
    gn_sqlite_set_busy_deadline(lease.connection, deadline_ns);
    code = gn_session_begin(lease.connection, err);
    if (code == GARNER_OK)
        code = work(context, lease.connection, err);
    gn_session_end(lease.connection);
    gn_pool_give_back(s->pool, &lease);
    return code;
}

static enum garner_code read_layout(void *context, struct gn_sqlite *c,
                                    struct garner_error *err)
{
    return gn_layout_read(c, context, err);
}

enum garner_code gn_fleet_layout(struct gn_fleet *f, struct gn_layout *layout,
                                 struct garner_error *err)
{
    const enum garner_code code =
        look(shard_at(f, 0), read_layout, layout, err);

    return code == GARNER_NOTFOUND
               ? gn_fail(err, GARNER_CORRUPT,
                         "%s/000.db has no layout of a farm any more; restore "
                         "a backup",
                         f->folder)
               : code;
}

/* --- opening shards --------------------------------------------------------
 */

/* What a shard says of itself. */
struct identity {
    const struct gn_fleet *fleet;
    unsigned number;
    struct gn_shard_name name;
    struct gn_slots slots;
};

static enum garner_code read_identity(void *context, struct gn_sqlite *c,
                                      struct garner_error *err)
{
    struct identity *i = context;
    enum garner_code code = gn_slots_name(c, &i->name, err);

    if (code == GARNER_NOTFOUND)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "it is no shard of a farm; put the right file there");
    if (code == GARNER_OK)
        code = gn_slots_read(c, &i->slots, err);
    if (code != GARNER_OK)
        return code;
    if (i->name.number != i->number ||
        (i->fleet->id[0] != '\0' && strcmp(i->name.farm, i->fleet->id) != 0))
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "it is shard %u of %s farm; put the right file there",
                       i->name.number,
                       strcmp(i->name.farm, i->fleet->id) == 0 ? "this"
                                                               : "another");
    return GARNER_OK;
}

/* What may wait in all queues together is as much as in one by itself: more
 * would only leave the processor's caches. But each has room for what is
 * written next, beside what is being written. */
static size_t share(size_t whole, size_t group, unsigned shards)
{
    const size_t least = whole < 2 * group ? whole : 2 * group;

    return whole / shards > least ? whole / shards : least;
}

/* Before their first writes. */
static void share_room(const struct gn_fleet *f, unsigned from, unsigned to)
{
    const struct garner_options *o = &f->options;

    for (unsigned n = from; n < to && !o->read_only; n++)
        gn_commit_set_room(shard_at(f, n)->commit,
                           share(o->queue_statements, o->group_statements, to),
                           share(o->queue_bytes, o->group_bytes, to));
}

static enum garner_code open_shard(struct gn_fleet *f, unsigned number,
                                   struct identity *i, struct garner_error *err)
{
    struct garner_options options = f->options;
    char path[GN_FARM_PATH];
    struct gn_shard *s;
    enum garner_code code = gn_farm_path(f->folder, number, path, err);

    if (code != GARNER_OK)
        return code;
    options.create = false;
    code = gn_shard_open(path, &options, NULL, &s, err);
    if (code != GARNER_OK)
        return gn_fleet_blame(f->folder, number, code, err);
    i->fleet = f;
    i->number = number;
    code = s->pool != NULL
               ? look(s, read_identity, i, err)
               : gn_fail(err, GARNER_UNSUPPORTED,
                         "it cannot be in WAL mode, as a shard of a farm must "
                         "be; use another file system");
    if (code != GARNER_OK) {
        gn_shard_close(s);
        return gn_fleet_blame(f->folder, number, code, err);
    }
    if (s->commit != NULL && f->wake != NULL)
        gn_commit_on_bounce(s->commit, f->wake, f->context);
    atomic_store_explicit(&f->shards[number], s, memory_order_release);
    atomic_store_explicit(&f->count, number + 1, memory_order_release);
    return GARNER_OK;
}

/* The shards are read one after the other, so a slot that is on its way may
 * seem to be in none, or in two. Any that ever had it will do for a start: it
 * says where the slot went. */
static void route(struct gn_fleet *f, unsigned number,
                  const struct gn_slots *slots, bool has[GARNER_SLOTS])
{
    for (unsigned slot = 0; slot < GARNER_SLOTS; slot++) {
        if (slots->state[slot] == GN_SLOT_AWAY || has[slot])
            continue;
        has[slot] = gn_slots_has(slots, slot);
        atomic_store_explicit(&f->routes[slot], (uint8_t)number,
                              memory_order_release);
    }
}

/* has: also learns the routes. */
static enum garner_code open_up_to(struct gn_fleet *f, unsigned files,
                                   bool *has, struct garner_error *err)
{
    struct identity *i = gn_alloc(sizeof *i);
    enum garner_code code = GARNER_OK;

    if (i == NULL)
        return gn_fail(err, GARNER_NOMEM, "the slots of a shard");
    for (unsigned n = gn_fleet_count(f); n < files && code == GARNER_OK; n++) {
        code = open_shard(f, n, i, err);
        if (code == GARNER_OK && n == 0)
            memcpy(f->id, i->name.farm, GN_FARM_ID);
        if (code == GARNER_OK && has != NULL)
            route(f, n, &i->slots, has);
    }
    gn_free(i);
    return code;
}

enum garner_code gn_fleet_refresh(struct gn_fleet *f, struct garner_error *err)
{
    struct gn_layout layout;
    enum garner_code code = gn_fleet_layout(f, &layout, err);

    if (code != GARNER_OK || layout.files <= gn_fleet_count(f))
        return code;
    gn_lock(&f->lock);
    while (f->opening)
        gn_cond_wait(&f->change, &f->lock);
    f->opening = true;
    gn_unlock(&f->lock);
    code = open_up_to(f, layout.files, NULL, err);
    gn_lock(&f->lock);
    f->opening = false;
    gn_cond_wake_all(&f->change);
    gn_unlock(&f->lock);
    return code;
}

enum garner_code gn_fleet_shard(struct gn_fleet *f, unsigned number,
                                struct gn_shard **shard,
                                struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    if (number >= gn_fleet_count(f))
        code = gn_fleet_refresh(f, err);
    if (code == GARNER_OK && number >= gn_fleet_count(f))
        code = gn_fail(err, GARNER_NOTFOUND, "%s has no shard %u", f->folder,
                       number);
    *shard = code == GARNER_OK ? shard_at(f, number) : NULL;
    return code;
}

struct doing {
    gn_fleet_work *work;
    void *context;
};

static enum garner_code do_work(void *context, void *connection,
                                struct garner_error *err)
{
    const struct doing *doing = context;

    return doing->work(doing->context, connection, err);
}

enum garner_code gn_fleet_do(struct gn_fleet *f, unsigned number,
                             gn_fleet_work *work, void *context,
                             int64_t deadline_ns, struct garner_error *err)
{
    struct doing doing = {work, context};
    struct garner_error reason = {0};
    struct gn_ticket ticket = {
        .work = do_work,
        .work_context = &doing,
        .deadline_ns = deadline_ns,
        .err = &reason,
    };
    struct gn_shard *s;
    enum garner_code code = gn_fleet_shard(f, number, &s, err);

    if (code != GARNER_OK)
        return code;
    code = gn_commit_wait(s->commit, &ticket);
    if (code != GARNER_OK && err != NULL) {
        *err = reason;
        gn_fleet_blame(f->folder, number, code, err);
    }
    return code;
}

enum garner_code gn_fleet_reader(struct gn_fleet *f, unsigned number,
                                 struct gn_sqlite **reader,
                                 struct garner_error *err)
{
    struct gn_shard *s;
    const enum garner_code code = gn_fleet_shard(f, number, &s, err);

    return code == GARNER_OK ? gn_shard_open_reader(s, reader, err) : code;
}

/* --- removing --------------------------------------------------------------
 */

enum garner_code gn_fleet_remove_last(struct gn_fleet *f,
                                      struct garner_error *err)
{
    static const char *const endings[] = {"-wal", "-shm", "-turn", ""};
    const unsigned number = gn_fleet_count(f) - 1;
    struct gn_shard *s = shard_at(f, number);
    char path[GN_FARM_PATH];
    enum garner_code code = gn_farm_path(f->folder, number, path, err);
    const size_t size = strlen(path);

    if (code != GARNER_OK)
        return code;
    atomic_store_explicit(&f->count, number, memory_order_release);
    atomic_store_explicit(&f->shards[number], NULL, memory_order_release);
    gn_shard_close(s);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        snprintf(path + size, sizeof path - size, "%s", endings[i]);
        if (unlink(path) != 0 && errno != ENOENT)
            code = gn_fail(err, GARNER_IO,
                           "%s: is empty, but cannot be removed", path);
    }
    return code;
}

/* --- opening and closing ---------------------------------------------------
 */

static enum garner_code no_farm(const char *folder, struct garner_error *err)
{
    struct stat st;

    if (stat(folder, &st) != 0)
        return gn_fail(err, GARNER_NOTFOUND,
                       "%s: no such farm; check the name, or let it be made",
                       folder);
    return gn_fail(err, GARNER_IO,
                   "%s: is a folder, but no farm (there is no 000.db in it); "
                   "name a file in it, or add ?shards=N to make one",
                   folder);
}

static bool has_first(const char *folder)
{
    char path[GN_FARM_PATH];
    struct stat st;

    return gn_farm_path(folder, 0, path, NULL) == GARNER_OK &&
           stat(path, &st) == 0;
}

static enum garner_code make(struct gn_fleet *f, unsigned shards,
                             struct garner_error *err)
{
    if (shards == 0 || f->options.read_only || !f->options.create)
        return has_first(f->folder) ? GARNER_OK : no_farm(f->folder, err);
    return gn_farm_make(f->folder, shards, &f->options, err);
}

static enum garner_code check_layout(const struct gn_fleet *f, unsigned shards,
                                     const struct gn_layout *l,
                                     struct garner_error *err)
{
    if (l->files == 0)
        return gn_fail(
            err, GARNER_UNSUPPORTED,
            "%s: making it was not finished; open it with ?shards=%u",
            f->folder, l->shards);
    if (shards == 0 || shards == l->shards || shards == l->before)
        return GARNER_OK;
    return gn_fail(err, GARNER_UNSUPPORTED,
                   "%s: is a farm of %u shards, not %u; leave ?shards away, or "
                   "change it with 'garner resize %.60s %u' "
                   "(garner_farm_resize)",
                   f->folder, l->shards, shards, f->folder, shards);
}

static enum garner_code open_all(struct gn_fleet *f, unsigned shards,
                                 struct garner_error *err)
{
    bool *has = gn_alloc(GARNER_SLOTS * sizeof *has);
    struct gn_layout layout;
    enum garner_code code;

    if (has == NULL)
        return gn_fail(err, GARNER_NOMEM, "the slots of a farm");
    code = open_up_to(f, 1, has, err);
    if (code == GARNER_OK)
        code = gn_fleet_layout(f, &layout, err);
    if (code == GARNER_OK)
        code = check_layout(f, shards, &layout, err);
    if (code == GARNER_OK)
        code = open_up_to(f, layout.files, has, err);
    if (code == GARNER_OK)
        share_room(f, 0, layout.files);
    gn_free(has);
    return code;
}

enum garner_code gn_fleet_open(const char *folder, unsigned shards,
                               const struct garner_options *options,
                               struct gn_fleet **out, struct garner_error *err)
{
    struct gn_fleet *f = gn_alloc(sizeof *f);
    enum garner_code code;

    *out = NULL;
    if (f != NULL)
        f->folder = gn_strdup(folder);
    if (f == NULL || f->folder == NULL) {
        gn_free(f);
        return gn_fail(err, GARNER_NOMEM, "a farm");
    }
    f->options = *options;
    f->forks = gn_turn_forks();
    gn_mutex_init(&f->lock);
    gn_cond_init(&f->change);
    code = make(f, shards, err);
    if (code == GARNER_OK && !options->read_only)
        code =
            gn_moves_open(f->folder, gn_shard_deadline_ns(options->timeout_ms),
                          &f->moves, err);
    if (code == GARNER_OK)
        code = open_all(f, shards, err);
    if (code == GARNER_OK)
        *out = f;
    else
        gn_fleet_close(f);
    return code;
}

void gn_fleet_on_bounce(struct gn_fleet *f, void (*wake)(void *context),
                        void *context)
{
    f->wake = wake;
    f->context = context;
    for (unsigned n = 0; n < gn_fleet_count(f); n++)
        if (shard_at(f, n)->commit != NULL)
            gn_commit_on_bounce(shard_at(f, n)->commit, wake, context);
}

void gn_fleet_close(struct gn_fleet *f)
{
    int64_t deadline_ns;

    if (f == NULL || f->forks != gn_turn_forks())
        return;
    deadline_ns = gn_shard_deadline_ns(f->options.timeout_ms);
    for (unsigned n = 0; n < gn_fleet_count(f); n++)
        gn_shard_stop(shard_at(f, n), deadline_ns);
    for (unsigned n = 0; n < gn_fleet_count(f); n++)
        gn_shard_close(shard_at(f, n));
    gn_moves_close(f->moves);
    gn_cond_fini(&f->change);
    gn_mutex_fini(&f->lock);
    gn_free(f->folder);
    gn_free(f);
}
