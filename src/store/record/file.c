/* file.c - a file's bytes as a record. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "garner/read.h"
#include "garner/record.h"
#include "store/record/tables.h"

enum { PIECE = 64 << 10 }; /* a file is read in */

/* Is file the database, or one of those beside it? */
static bool is_of_database(const struct stat *file,
                           struct garner_value database)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-turn"};
    char name[4200];
    struct stat st;

    if (database.type != GARNER_TEXT || database.bytes.size == 0)
        return false; /* it is in memory */
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        snprintf(name, sizeof name, "%.*s%s", (int)database.bytes.size,
                 (const char *)database.bytes.data, ends[i]);
        if (stat(name, &st) == 0 && st.st_dev == file->st_dev &&
            st.st_ino == file->st_ino)
            return true;
    }
    return false;
}

/* Closing any descriptor of a database drops the locks that SQLite holds on it
 * (https://sqlite.org/howtocorrupt.html section 2.2), so that one must not even
 * be opened. */
static enum garner_code refuse_database(struct garner_store *store,
                                        const char *path,
                                        const struct stat *file,
                                        struct garner_error *err)
{
    struct garner_rows *rows;
    bool is_it = false;
    enum garner_code code =
        garner_query(store, "select file from pragma_database_list",
                     GARNER_ARGS(), &rows, err);

    if (code != GARNER_OK)
        return code;
    while (!is_it && (code = garner_next(rows, err)) == GARNER_ROW)
        is_it = is_of_database(file, garner_column(rows, 0));
    garner_rows_close(rows);
    if (is_it)
        return gn_fail(err, GARNER_INVALID,
                       "%s is the database itself; copy it with the sqlite3 "
                       "shell's .backup",
                       path);
    return code == GARNER_DONE ? GARNER_OK : code;
}

static enum garner_code io_fail(const char *path, struct garner_error *err)
{
    const int number = errno;

    gn_fail(err, number == ENOENT ? GARNER_NOTFOUND : GARNER_IO,
            "%s cannot be read: %s", path, strerror(number));
    if (err != NULL)
        err->native = number;
    return number == ENOENT ? GARNER_NOTFOUND : GARNER_IO;
}

static enum garner_code too_large(const char *path, struct garner_error *err)
{
    return gn_fail(err, GARNER_INVALID,
                   "%s is larger than %d bytes, the most a record may have",
                   path, GARNER_RECORD_MAX);
}

static enum garner_code read_all(int fd, const char *path, struct gn_buf *data,
                                 struct garner_error *err)
{
    ssize_t n = 1;

    while (n > 0) {
        if (!gn_buf_reserve(data, PIECE))
            return gn_fail(err, GARNER_NOMEM, "out of memory for %s", path);
        n = read(fd, data->data + data->size, PIECE);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n < 0)
            return io_fail(path, err);
        else
            data->size += (size_t)n;
        if (data->size > GARNER_RECORD_MAX)
            return too_large(path, err);
    }
    return GARNER_OK;
}

static enum garner_code read_file(struct garner_store *store, const char *path,
                                  struct gn_buf *data, struct garner_error *err)
{
    struct stat st;
    enum garner_code code;
    int fd;

    if (stat(path, &st) != 0)
        return io_fail(path, err);
    if (S_ISDIR(st.st_mode))
        return gn_fail(err, GARNER_INVALID, "%s is a folder; name a file",
                       path);
    if (S_ISREG(st.st_mode) && st.st_size > GARNER_RECORD_MAX)
        return too_large(path, err);
    code = refuse_database(store, path, &st, err);
    if (code != GARNER_OK)
        return code;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return io_fail(path, err);
    code = read_all(fd, path, data, err);
    (void)close(fd); /* it was read only */
    return code;
}

enum garner_code garner_put_file(struct garner_store *store,
                                 const char *collection, const char *path,
                                 const struct garner_entry *entry, int64_t *id,
                                 struct garner_error *err)
{
    struct garner_entry whole = {0};
    struct gn_buf data = {0};
    enum garner_code code = gn_record_tables_check(store, &collection, err);

    if (id != NULL)
        *id = 0;
    if (code != GARNER_OK)
        return code;
    if (entry != NULL)
        whole = *entry;
    if (path == NULL || whole.data != NULL)
        return gn_fail(err, GARNER_MISUSE,
                       "garner_put_file wants a path and no data");
    if (whole.notes == NULL)
        whole.notes = path;
    code = read_file(store, path, &data, err);
    whole.data = data.data;
    whole.size = data.size;
    if (code == GARNER_OK)
        code = garner_put(store, collection, &whole, id, err);
    gn_buf_fini(&data);
    return code;
}
