#include "cli/jarfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cli/writer.h"

static const char head[] = "# Netscape HTTP Cookie File\n";
/* Before a cookie that no script may see; other lines with # are comments. */
static const char http_only[] = "#HttpOnly_";

enum garner_code gn_jarfile_read(const char *path, struct gn_buf *jar,
                                 struct garner_error *err)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    int failed;

    if (file == NULL && errno == ENOENT)
        return GARNER_OK;
    if (file == NULL)
        return gn_fail(err, GARNER_INVALID, "--cookie: cannot read %.120s: %s",
                       path, strerrordesc_np(errno));
    while ((size = getline(&line, &room, file)) >= 0) {
        if (line[0] == '#' &&
            strncmp(line, http_only, sizeof http_only - 1) != 0)
            continue;
        while (size > 0 && strchr("\r\n", line[size - 1]) != NULL)
            line[--size] = '\0';
        gn_buf_text(jar, line);
        gn_buf_byte(jar, '\n');
    }
    failed = ferror(file) != 0 ? errno : 0;
    free(line);
    (void)fclose(file); /* it was only read */
    if (failed != 0)
        return gn_fail(err, GARNER_INVALID, "--cookie: cannot read %.120s: %s",
                       path, strerrordesc_np(failed));
    return gn_buf_failed(jar)
               ? gn_fail(err, GARNER_NOMEM, "no memory for cookies")
               : GARNER_OK;
}

enum garner_code gn_jarfile_write(const char *path, const struct gn_buf *jar,
                                  struct garner_error *err)
{
    struct gn_buf text = {0};

    gn_buf_text(&text, head);
    gn_buf_append(&text, gn_buf_cstr(jar), jar->size);
    return gn_writer_put(path, &text, 0600, err);
}
