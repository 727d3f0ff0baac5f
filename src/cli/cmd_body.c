#include "cli/commands.h"

#include "cli/outcome.h"
#include "cli/past.h"
#include "cli/select.h"
#include "cli/storage.h"
#include "cli/where.h"
#include "cli/writer.h"

struct settings {
    struct gn_where_flags where;
    struct gn_storage_flags storage;
    const char *file;
};

static enum gn_exit print(struct garner_store *store, int64_t number,
                          const char *path)
{
    struct gn_past past;
    struct gn_buf out = {0};
    struct garner_error err = {0};
    enum garner_code code = gn_past_run(store, number, &past, &err);

    if (code != GARNER_OK)
        return gn_past_failed(&err);
    gn_buf_append(&out, past.data, past.size);
    gn_past_fini(&past);
    code = gn_writer_put(path, &out, 0666, &err);
    return code == GARNER_OK ? GN_EXIT_OK : gn_exit_output(&err);
}

static enum gn_exit open_and_print(const char *url, const struct settings *s,
                                   int64_t number)
{
    struct garner_store *store;
    struct garner_error err = {0};
    enum gn_exit status;

    if (gn_select_open(url, &s->storage, 0, &store, &err) != GARNER_OK)
        return gn_exit_error(&err);
    status = print(store, number, s->file != NULL ? s->file : "-");
    garner_close(store);
    return status;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    const struct gn_where_line line = gn_where_line(call, &s->where, 1, 1);
    struct gn_where where;
    enum gn_exit status;
    int64_t number;

    if (!gn_past_number(line.items[0], &number))
        return gn_exit_usage("\"%.60s\" is not the number of a run; the view "
                             "garner_log has them",
                             line.items[0]);
    status = gn_where_find(&line.flags, &where);
    if (status == GN_EXIT_OK) {
        status = open_and_print(where.store, s, number);
        gn_where_fini(&where);
    }
    return status;
}

static const struct gn_option options[] = {
    {"output", 'o', GN_OPTION_FILE, "FILE", offsetof(struct settings, file),
     "write the body to FILE", NULL},
    GN_WHERE_OPTIONS(struct settings),
    GN_STORAGE_READ_OPTION(struct settings),
};

const struct gn_command gn_cmd_body = {
    .name = "body",
    .operands = "[DB] RUN",
    .summary = "print the body that a run got",
    .text =
        "RUN is the number of a run, as garner_run and garner_log have it. The "
        "body comes byte for byte, decompressed, whatever it is stored as; of "
        "a run that was told that nothing had changed (304), the one that had "
        "not. It may be asked while a garner runs." GN_WHERE_TEXT ".",
    .examples = "garner query data.db \"select id, source, started, bytes from "
                "garner_log\n"
                "  order by id desc limit 10\"\n"
                "garner body data.db 1234\n"
                "garner body 1234 -c garner.yaml -o page.html\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .least = 1,
    .most = 2,
    .run = run,
};
