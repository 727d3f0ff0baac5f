#include "store/upkeep/doctor.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "store/upkeep/copies.h"
#include "store/upkeep/doctor_files.h"
#include "store/upkeep/doctor_sql.h"

static enum garner_code tell_process(const struct gn_teller *t,
                                     struct garner_error *err)
{
    struct gn_buf files = {0};
    const int count = gn_copies_find(&files);

    if (gn_buf_failed(&files)) {
        gn_buf_fini(&files);
        return gn_fail(err, GARNER_NOMEM, "the doctor");
    }
    gn_finding(t, GARNER_FINE, "garner", "", "%s", garner_version());
    if (count > 1)
        gn_finding(t, GARNER_PROBLEM, "sqlite_copies",
                   "two in one process drop each other's locks and lose "
                   "commits; link all to one",
                   "%d: %s", count, gn_buf_cstr(&files));
    else
        gn_finding(t, GARNER_FINE, "sqlite_copies", "", "%d%s%s", count,
                   count > 0 ? ": " : "", gn_buf_cstr(&files));
    gn_buf_fini(&files);
    return GARNER_OK;
}

static enum garner_code tell_inside(const char *path,
                                    const struct garner_options *options,
                                    bool check, const struct gn_teller *t,
                                    struct garner_error *err)
{
    const struct gn_sqlite_options how = {
        .path = path,
        .read_only = true,
        .no_trace = true,
        .network_fs = options->network_fs,
        .foreign_keys = options->foreign_keys,
        .statements = options->statements,
        .wal_bytes = options->wal_bytes,
        .deadline_ns =
            gn_clock_monotonic_ns() + options->timeout_ms * INT64_C(1000000),
    };
    struct gn_sqlite *c;
    enum garner_code code = gn_sqlite_open(&how, &c, err);

    if (code != GARNER_OK)
        return code;
    code = gn_doctor_sql(c, check, t, err);
    gn_sqlite_close(c);
    return code;
}

enum garner_code gn_doctor(const char *path,
                           const struct garner_options *options, bool check,
                           garner_tell *tell, void *context,
                           struct garner_error *err)
{
    const struct gn_teller t = {tell, context};
    enum garner_code code;

    if (strcmp(path, ":memory:") == 0)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "a database in memory is another for each who opens "
                       "it; name a file");
    code = tell_process(&t, err);
    if (code != GARNER_OK)
        return code;
    gn_doctor_files(path, options, &t);
    return tell_inside(path, options, check, &t, err);
}
