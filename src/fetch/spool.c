#include "fetch/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"

struct gn_spool {
    const char *folder; /* borrowed */
    int fd;             /* -1 once it is ended */
    EVP_MD_CTX *digest;
    size_t size;
    char *map; /* size bytes and a NUL; NULL: not ended */
};

bool gn_spool_needs_name;

static enum garner_code fail(const struct gn_spool *s, int why,
                             struct garner_error *err)
{
    return gn_fail(err, GARNER_IO,
                   "%.100s: a large body cannot be put there: %s; make room, "
                   "or keep it in memory (body: memory)",
                   s->folder, strerrordesc_np(why));
}

static enum garner_code no_hash(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for a hash");
}

/* A file that loses its name at once. 0, or what went wrong. */
static int make_named(struct gn_spool *s)
{
    struct gn_buf path = {0};
    int why = ENOMEM;

    gn_buf_printf(&path, "%s/.garner-spool.XXXXXX", s->folder);
    if (!gn_buf_failed(&path)) {
        s->fd = mkostemp(path.data, O_CLOEXEC);
        why = s->fd < 0 || unlink(path.data) != 0 ? errno : 0;
    }
    gn_buf_fini(&path);
    return why;
}

static enum garner_code make_file(struct gn_spool *s, struct garner_error *err)
{
    int why = EOPNOTSUPP;

    if (!gn_spool_needs_name) {
        s->fd = open(s->folder, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
        why = s->fd < 0 ? errno : 0;
    }
    /* an old kernel takes it for a folder that is to be written */
    if (why == EOPNOTSUPP || why == EISDIR || why == EINVAL)
        why = make_named(s);
    return why == 0 ? GARNER_OK : fail(s, why, err);
}

enum garner_code gn_spool_new(const char *folder, const EVP_MD *md,
                              struct gn_spool **out, struct garner_error *err)
{
    struct gn_spool *s = gn_alloc(sizeof *s);
    enum garner_code code = GARNER_OK;

    *out = NULL;
    if (s == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a large body");
    s->folder = folder;
    s->fd = -1;
    s->digest = EVP_MD_CTX_new();
    if (s->digest == NULL || EVP_DigestInit_ex2(s->digest, md, NULL) != 1)
        code = no_hash(err);
    if (code == GARNER_OK)
        code = make_file(s, err);
    if (code == GARNER_OK)
        *out = s;
    else
        gn_spool_free(s);
    return code;
}

void gn_spool_free(struct gn_spool *s)
{
    if (s == NULL)
        return;
    if (s->map != NULL)
        GN_CHECK(munmap(s->map, s->size + 1) == 0);
    if (s->fd >= 0)
        (void)close(s->fd); /* nobody will read what it may not have written */
    EVP_MD_CTX_free(s->digest);
    gn_free(s);
}

/* 0, or what went wrong. */
static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        const ssize_t n = write(fd, data, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : EIO;
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

enum garner_code gn_spool_write(struct gn_spool *s, const void *data,
                                size_t size, struct garner_error *err)
{
    const int why = write_all(s->fd, data, size);

    if (why != 0)
        return fail(s, why, err);
    if (EVP_DigestUpdate(s->digest, data, size) != 1)
        return no_hash(err);
    s->size += size;
    return GARNER_OK;
}

enum garner_code gn_spool_end(struct gn_spool *s, unsigned char sha256[32],
                              struct garner_error *err)
{
    /* Behind what fills its last page to the end there would be nothing. */
    const int why = write_all(s->fd, "", 1);
    void *map;

    if (why != 0)
        return fail(s, why, err);
    if (EVP_DigestFinal_ex(s->digest, sha256, NULL) != 1)
        return no_hash(err);
    map = mmap(NULL, s->size + 1, PROT_READ, MAP_SHARED, s->fd, 0);
    if (map == MAP_FAILED)
        return fail(s, errno, err);
    s->map = map;
    (void)close(s->fd); /* the mapping holds the file */
    s->fd = -1;
    return GARNER_OK;
}

const char *gn_spool_data(const struct gn_spool *s)
{
    return s->map;
}

size_t gn_spool_size(const struct gn_spool *s)
{
    return s->size;
}
