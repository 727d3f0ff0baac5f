#include "cli/commands.h"

#include "cli/load.h"

static enum gn_exit run(const struct gn_call *call)
{
    const struct gn_load_flags *f = call->settings;

    return gn_load(call, f->ignore    ? GN_CONFLICT_IGNORE
                         : f->replace ? GN_CONFLICT_REPLACE
                                      : GN_CONFLICT_ERROR);
}

static const struct gn_option options[] = {
    GN_LOAD_OPTION("pk", 0, LIST, "COLUMN", key,
                   "the primary key of the table, when it is made; an index "
                   "of it, when it is there; may be repeated"),
    GN_LOAD_OPTION("ignore", 0, FLAG, NULL, ignore,
                   "leave a row out whose key is there already"),
    GN_LOAD_OPTION("replace", 0, FLAG, NULL, replace,
                   "put a row whose key is there in the place of that"),
    GN_LOAD_OPTIONS,
};

const struct gn_command gn_cmd_insert = {
    .name = "insert",
    .operands = "DB TABLE [FILE]",
    .summary = "put the rows of a file, CSV, JSON or text, into a table",
    .text =
        "Adds the rows of FILE, or of standard input (-), to the table. "
        "Without a flag for it, what the file is shows in its name or in how "
        "it begins; gzip (.csv.gz) is unpacked. The database and the table are "
        "made if they are missing; "
        "a column gets the type of its first value. The file may be larger "
        "than memory, and others may write meanwhile.\n"
        "\n"
        "Rows are written --batch-size at a time, each batch whole. At a row "
        "that cannot be read or written it stops, says where that is "
        "(FILE:LINE), and the exit status is 1. Then, and on Ctrl-C, what was "
        "written before stays, and how many rows that are is said.\n"
        "\n"
        "Values of CSV are text, as they stand there; --detect-types makes "
        "numbers of those that are written as JSON writes them, so 007 stays "
        "text. In JSON true and false are 1 and 0, what is nested is stored "
        "as JSON, or with --flatten in columns of its own, and {\"$base64\": "
        "true, \"encoded\": \"...\"} is a blob, as sqlite-utils and garner "
        "write it.\n"
        "\n"
        "--type, --not-null, --default and --strict say how what is missing is "
        "made; a table or column that is there stays as it is. A VALUE is a "
        "text, or a number for a column of numbers; CURRENT_TIMESTAMP, "
        "CURRENT_DATE and CURRENT_TIME are when a row is written, 'text' is "
        "that text, and name(...) or (...) is SQL.",
    .examples = "garner insert data.db price price.csv --pk symbol -d\n"
                "garner query old.db \"select * from t\" | garner insert "
                "data.db t - --nl\n"
                "garner insert data.db price more.csv --ignore --alter\n"
                "garner insert data.db stock old.csv --encoding latin1 \\\n"
                "  --default added=CURRENT_TIMESTAMP\n"
                "dmesg | garner insert log.db boot - --lines\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct gn_load_flags),
    .operand = GN_OPERAND_FILE,
    .least = 2,
    .most = 3,
    .run = run,
};
