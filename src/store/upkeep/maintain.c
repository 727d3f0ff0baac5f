/*
 * maintain.c - garner/maintain.h: backups, checkpoints, the doctor.
 */
#include "garner/maintain.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/unit.h"
#include "store/driver/checkpoint.h"
#include "store/handle.h"
#include "store/location.h"
#include "store/upkeep/backup.h"
#include "store/upkeep/doctor.h"
#include "store/upkeep/locks.h"

enum garner_code garner_backup(struct garner_store *store, const char *path,
                               bool replace, garner_progress *progress,
                               void *context, struct garner_error *err)
{
    struct gn_shard *s;
    const enum garner_code code = gn_handle_reads(store, &s, err);

    if (code != GARNER_OK)
        return code;
    if (path == NULL || path[0] == '\0')
        return gn_fail(err, GARNER_MISUSE,
                       "garner_backup: name the file to copy to");
    return gn_backup(s, path, replace, progress, context, err);
}

/* A checkpoint asked for. */
struct asked {
    bool cut;
    int wait_ms;
    struct gn_checkpointed done;
};

/* Run by the leader. */
static enum garner_code work(void *context, void *connection,
                             struct garner_error *err)
{
    struct asked *asked = context;
    struct gn_checkpoint how = {.cut = asked->cut};

    how.writer_until_ns =
        gn_clock_monotonic_ns() + asked->wait_ms * INT64_C(1000000);
    how.readers_until_ns = how.writer_until_ns;
    return gn_checkpoint_run(connection, &how, &asked->done, err);
}

static enum garner_code name_writer(const struct gn_shard *s,
                                    struct garner_error *err)
{
    char who[120];

    if (!gn_locks_name(s->place.path, GN_LOCKS_WRITERS, who, sizeof who))
        snprintf(who, sizeof who, "another connection");
    return gn_fail(err, GARNER_BUSY,
                   "%s was writing all the time; end its transaction", who);
}

static enum garner_code name_readers(const struct gn_shard *s,
                                     size_t left_bytes,
                                     struct garner_error *err)
{
    struct gn_reader oldest = {.sql = ""};
    char who[120];
    char left[32];

    if (s->pool != NULL)
        (void)gn_pool_oldest(s->pool, &oldest);
    if (!gn_locks_name(s->place.path, GN_LOCKS_READERS, who, sizeof who))
        snprintf(who, sizeof who, "another connection");
    gn_unit_format_size((int64_t)left_bytes, left);
    return gn_fail(err, GARNER_BUSY,
                   "the log (%s of it not copied) is being read by %s; end "
                   "that query%s%s",
                   left, who, oldest.sql[0] != '\0' ? ": " : "", oldest.sql);
}

enum garner_code garner_checkpoint(struct garner_store *store, bool cut,
                                   int wait_ms,
                                   struct garner_checkpointed *done,
                                   struct garner_error *err)
{
    struct asked asked = {.cut = cut, .wait_ms = wait_ms};
    struct gn_ticket ticket = {
        .work = work, .work_context = &asked, .err = err};
    struct gn_shard *s;
    enum garner_code code = gn_handle_writes(store, &s, err);

    if (done != NULL)
        *done = (struct garner_checkpointed){0};
    if (code != GARNER_OK)
        return code;
    if (wait_ms < 0)
        return gn_fail(err, GARNER_MISUSE,
                       "garner_checkpoint: wait_ms is 0 or more");
    ticket.deadline_ns = gn_shard_deadline_ns(s->options.timeout_ms);
    code = gn_commit_wait(s->commit, &ticket);
    if (done != NULL) {
        done->log_bytes = asked.done.log_bytes;
        done->left_bytes = asked.done.left_bytes;
    }
    if (code == GARNER_OK && asked.done.hindrance == GN_HINDRANCE_WRITER)
        return name_writer(s, err);
    if (code == GARNER_OK && asked.done.hindrance == GN_HINDRANCE_OTHER)
        return name_readers(s, asked.done.left_bytes, err);
    return code;
}

enum garner_code garner_doctor(const char *url,
                               const struct garner_options *options, bool check,
                               garner_tell *tell, void *context,
                               struct garner_error *err)
{
    struct garner_options defaults;
    struct gn_location location;
    enum garner_code code;

    if (url == NULL || tell == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_doctor: a NULL argument");
    code = gn_location_parse(url, &location, err);
    if (code != GARNER_OK)
        return code;
    if (location.shards > 0)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "the files of a farm are looked at one by one: %.*s/"
                       "000.db ...",
                       (int)location.path_size, location.path);
    garner_options_init(&defaults);
    return gn_doctor(location.path, options != NULL ? options : &defaults,
                     check, tell, context, err);
}
