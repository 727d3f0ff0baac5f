/*
 * replay.c - shows a fuzzer's target each file of the folders named: whole, and
 * cut off at each of its first bytes, as a broken transfer or disk would.
 */
#include <dirent.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "target.h"

enum { CUTS = 400 };

static void read_file(const char *folder, const char *name, struct gn_buf *out)
{
    struct gn_buf path = {0};
    char piece[4096];
    size_t n;
    FILE *f;

    gn_buf_printf(&path, "%s/%s", folder, name);
    f = fopen(gn_buf_cstr(&path), "rb");
    GN_CHECK(f != NULL);
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        gn_buf_append(out, piece, n);
    GN_CHECK(!ferror(f) && fclose(f) == 0 && !gn_buf_failed(out));
    gn_buf_fini(&path);
}

/* In memory of its own size, so that AddressSanitizer sees a byte too many. */
static void show(const char *data, size_t size)
{
    char *exact = gn_alloc(size > 0 ? size : 1);

    GN_CHECK(exact != NULL);
    for (size_t i = 0; i < size; i++)
        exact[i] = data[i];
    (void)LLVMFuzzerTestOneInput((const uint8_t *)exact, size);
    gn_free(exact);
}

static size_t replay(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t files = 0;

    GN_CHECK(dir != NULL);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        struct gn_buf bytes = {0};

        if (e->d_name[0] == '.')
            continue;
        read_file(folder, e->d_name, &bytes);
        for (size_t cut = 0; cut < bytes.size && cut < CUTS; cut++)
            show(bytes.data, cut);
        show(gn_buf_cstr(&bytes), bytes.size);
        gn_buf_fini(&bytes);
        files++;
    }
    GN_CHECK(closedir(dir) == 0);
    return files;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const size_t files = replay(argv[i]);

        printf("%s: %zu files\n", argv[i], files);
        GN_CHECK(files > 0);
    }
    return argc > 1 ? 0 : 2;
}
