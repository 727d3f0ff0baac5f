#include "store/farm/make.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "garner/farm.h"
#include "store/driver/sql.h"
#include "store/driver/sqlite.h"
#include "store/farm/layout.h"
#include "store/farm/schema_copy.h"

/* What one file is made with. */
struct making {
    struct gn_shard_name name;
    unsigned slots_of; /* of so many shards it has its slots; 0: none */
    bool has_layout;
    struct gn_sqlite *like;  /* whose tables it gets, too; NULL: nobody's */
    struct gn_layout layout; /* as it is then */
};

enum garner_code gn_farm_path(const char *folder, unsigned number,
                              char path[GN_FARM_PATH], struct garner_error *err)
{
    const int size = snprintf(path, GN_FARM_PATH, "%s/%03u.db", folder, number);

    if (size < 0 || size >= GN_FARM_PATH)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "%.100s...: the folder's name is too long", folder);
    return GARNER_OK;
}

static enum garner_code make_folder(const char *folder,
                                    struct garner_error *err)
{
    char reason[128];
    struct stat st;

    if (mkdir(folder, 0777) == 0)
        return GARNER_OK;
    if (errno == EEXIST && stat(folder, &st) == 0 && S_ISDIR(st.st_mode))
        return GARNER_OK;
    if (errno == EEXIST)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "%s: is a file; a farm (shards=N) is a folder", folder);
    return gn_fail(err, errno == ENOENT ? GARNER_NOTFOUND : GARNER_IO,
                   "%s: the folder cannot be made: %s", folder,
                   strerror_r(errno, reason, sizeof reason));
}

static enum garner_code make_id(char id[GN_FARM_ID], struct garner_error *err)
{
    unsigned char bytes[GN_FARM_ID / 2];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return gn_fail(err, GARNER_IO, "the system gives no random numbers");
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(id + i * 2, 3, "%02x", bytes[i]);
    return GARNER_OK;
}

/* A database that is not empty, and was none of a farm's, stays as it is. */
static enum garner_code refuse_others(struct gn_sqlite *c,
                                      struct garner_error *err)
{
    struct gn_shard_name there;
    int64_t count = 0;
    enum garner_code code = gn_slots_name(c, &there, err);

    if (code != GARNER_NOTFOUND)
        return code;
    code = gn_sql_integer(c, "select count(*) from sqlite_schema", NULL, 0,
                          &count, err);
    if (code == GARNER_OK && count > 0)
        code = gn_fail(err, GARNER_UNSUPPORTED,
                       "it is there already, but no shard of a farm; name "
                       "another folder");
    return code;
}

static enum garner_code make_tables(void *context, struct gn_sqlite *c,
                                    struct garner_error *err)
{
    struct making *m = context;
    enum garner_code code = refuse_others(c, err);

    if (code == GARNER_OK)
        code = gn_slots_make(c, &m->name, m->slots_of, err);
    if (code == GARNER_OK) /* it may have one by now, made by another */
        code = gn_slots_name(c, &m->name, err);
    if (code == GARNER_OK && m->like != NULL)
        code = gn_schema_copy(m->like, c, NULL, err);
    if (code != GARNER_OK || !m->has_layout)
        return code;
    code = gn_layout_make(c, m->slots_of, err);
    return code == GARNER_OK ? gn_layout_read(c, &m->layout, err) : code;
}

static int64_t deadline_ns(const struct garner_options *options)
{
    return gn_clock_monotonic_ns() + options->timeout_ms * INT64_C(1000000);
}

static enum garner_code in_file(const char *folder, unsigned number,
                                const struct garner_options *options,
                                gn_sql_work *work, void *context,
                                struct garner_error *err)
{
    char path[GN_FARM_PATH];
    struct garner_error reason;
    struct gn_sqlite *c;
    const struct gn_sqlite_options how = {
        .path = path,
        .writer = true,
        .create = true,
        .network_fs = options->network_fs,
        .statements = options->statements,
        .wal_bytes = options->wal_bytes,
        .keep_log = options->checkpoint == GARNER_CHECKPOINT_EXTERNAL,
        .deadline_ns = deadline_ns(options),
    };
    enum garner_code code = gn_farm_path(folder, number, path, err);

    if (code != GARNER_OK)
        return code;
    code = gn_sqlite_open(&how, &c, err);
    if (code != GARNER_OK)
        return code;
    code = gn_sql_transaction(c, work, context, &reason);
    gn_sqlite_close(c);
    if (code != GARNER_OK)
        gn_fail(err, code, "%s: %s", path, reason.message);
    return code;
}

static enum garner_code count_files(void *context, struct gn_sqlite *c,
                                    struct garner_error *err)
{
    struct gn_layout layout;
    enum garner_code code = gn_layout_read(c, &layout, err);

    (void)context;
    if (code != GARNER_OK || layout.files > 0)
        return code;
    layout.files = layout.shards;
    return gn_layout_write(c, &layout, err);
}

static enum garner_code make_shards(const char *folder,
                                    const struct garner_options *options,
                                    const struct making *first,
                                    struct garner_error *err)
{
    const unsigned shards = first->layout.shards;
    enum garner_code code = GARNER_OK;

    for (unsigned i = 1; i < shards && code == GARNER_OK; i++) {
        struct making m = {.name = first->name, .slots_of = shards};

        m.name.number = i;
        code = in_file(folder, i, options, make_tables, &m, err);
    }
    return code;
}

/* There is nothing to do. What is wrong, if it is not whole, is told by who
 * tries to finish it. */
static bool is_whole(const char *folder, const struct garner_options *options)
{
    char path[GN_FARM_PATH];
    struct gn_layout layout = {0};
    struct gn_sqlite *c;
    const struct gn_sqlite_options how = {
        .path = path,
        .network_fs = options->network_fs,
        .statements = options->statements,
        .wal_bytes = options->wal_bytes,
        .keep_log = options->checkpoint == GARNER_CHECKPOINT_EXTERNAL,
        .deadline_ns = deadline_ns(options),
    };

    if (gn_farm_path(folder, 0, path, NULL) != GARNER_OK ||
        gn_sqlite_open(&how, &c, NULL) != GARNER_OK)
        return false;
    if (gn_layout_read(c, &layout, NULL) != GARNER_OK)
        layout.files = 0;
    gn_sqlite_close(c);
    return layout.files > 0;
}

enum garner_code gn_farm_make(const char *folder, unsigned shards,
                              const struct garner_options *options,
                              struct garner_error *err)
{
    struct making first = {.slots_of = shards, .has_layout = true};
    enum garner_code code;

    if (is_whole(folder, options))
        return GARNER_OK;
    code = make_folder(folder, err);
    if (code == GARNER_OK)
        code = make_id(first.name.farm, err);
    if (code == GARNER_OK)
        code = in_file(folder, 0, options, make_tables, &first, err);
    if (code != GARNER_OK || first.layout.files > 0)
        return code;
    /* From here on the layout says how many, whoever made it. */
    code = make_shards(folder, options, &first, err);
    return code == GARNER_OK
               ? in_file(folder, 0, options, count_files, NULL, err)
               : code;
}

enum garner_code gn_farm_make_shard(const char *folder, const char *id,
                                    unsigned number, struct gn_sqlite *like,
                                    const struct garner_options *options,
                                    struct garner_error *err)
{
    struct making m = {.name.number = number, .like = like};

    memcpy(m.name.farm, id, GN_FARM_ID);
    return in_file(folder, number, options, make_tables, &m, err);
}
