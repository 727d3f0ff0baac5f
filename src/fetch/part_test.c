/* part_test.c - files that appear whole or not at all. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fetch/part.h"

static char folder[32];
static char at[64]; /* a file in it */

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/gn-part-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(at, sizeof at, "%s/a.txt", folder);
    return 0;
}

/* Names in path, without those of any folder. */
static int count(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;

    assert_non_null(dir);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is our own */
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n - 2;
}

static int tear_down(void **state)
{
    (void)state;
    gn_part_needs_name = false;
    (void)unlink(at);
    return rmdir(folder);
}

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void assert_holds(const char *path, const char *text)
{
    char data[64] = "";
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    data[fread(data, 1, sizeof data - 1, f)] = '\0';
    fclose(f);
    assert_string_equal(data, text);
}

static struct gn_part *open_part(const char *path)
{
    struct garner_error err = {0};
    struct gn_part *part;

    if (gn_part_open(path, EVP_sha256(), &part, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    assert_int_equal(gn_part_write(part, "new ", 4, NULL), GARNER_OK);
    assert_int_equal(gn_part_write(part, "text", 4, NULL), GARNER_OK);
    return part;
}

static void it_appears_at_once(bool named)
{
    unsigned char hash[32];
    unsigned char same[32];
    struct gn_part *part;
    struct stat st;

    gn_part_needs_name = named;
    put(at, "old");
    assert_int_equal(chmod(at, 0604), 0);
    part = open_part(at);
    assert_int_equal(count(folder), named ? 2 : 1);
    assert_holds(at, "old");
    assert_int_equal(gn_part_size(part), 8);
    assert_int_equal(gn_part_hash(part, hash, NULL), GARNER_OK);
    assert_int_equal(EVP_Digest("new text", 8, same, NULL, EVP_sha256(), NULL),
                     1);
    assert_memory_equal(hash, same, sizeof hash);
    assert_int_equal(gn_part_commit(part, NULL), GARNER_OK);
    gn_part_free(part);
    assert_holds(at, "new text");
    assert_int_equal(count(folder), 1);
    assert_int_equal(stat(at, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0604); /* those of the old one */
}

static void it_appears_at_once_from_no_name(void **state)
{
    (void)state;
    it_appears_at_once(false);
}

static void it_appears_at_once_from_a_name(void **state)
{
    (void)state;
    it_appears_at_once(true);
}

static void given_up_it_was_never_there(void **state)
{
    (void)state;
    for (int named = 0; named < 2; named++) {
        gn_part_needs_name = named == 1;
        put(at, "old");
        gn_part_free(open_part(at));
        assert_holds(at, "old");
        assert_int_equal(count(folder), 1);
    }
    gn_part_free(NULL);
}

/* Two of one place: the later one counts, and neither harms the other. */
static void two_at_a_time(void **state)
{
    (void)state;
    for (int named = 0; named < 2; named++) {
        struct gn_part *a;
        struct gn_part *b;

        gn_part_needs_name = named == 1;
        a = open_part(at);
        b = open_part(at);
        gn_part_sweep(a);
        assert_int_equal(gn_part_write(b, "!", 1, NULL), GARNER_OK);
        assert_int_equal(gn_part_commit(b, NULL), GARNER_OK);
        gn_part_sweep(b);
        assert_int_equal(gn_part_commit(a, NULL), GARNER_OK);
        gn_part_free(a);
        gn_part_free(b);
        assert_holds(at, "new text");
        assert_int_equal(count(folder), 1);
    }
}

static void begun_anew_it_forgets(void **state)
{
    unsigned char hash[32];
    unsigned char same[32];
    struct gn_part *part = open_part(at);

    (void)state;
    assert_int_equal(gn_part_restart(part, NULL), GARNER_OK);
    assert_int_equal(gn_part_size(part), 0);
    assert_int_equal(gn_part_write(part, "x", 1, NULL), GARNER_OK);
    assert_int_equal(gn_part_hash(part, hash, NULL), GARNER_OK);
    assert_int_equal(EVP_Digest("x", 1, same, NULL, EVP_sha256(), NULL), 1);
    assert_memory_equal(hash, same, sizeof hash);
    assert_int_equal(gn_part_commit(part, NULL), GARNER_OK);
    gn_part_free(part);
    assert_holds(at, "x");
}

static void folders_are_made(void **state)
{
    char path[100];
    struct gn_part *part;

    (void)state;
    snprintf(path, sizeof path, "%s/b/c/d.txt", folder);
    part = open_part(path);
    assert_int_equal(gn_part_commit(part, NULL), GARNER_OK);
    gn_part_free(part);
    assert_holds(path, "new text");
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof path, "%s/b/c", folder);
    assert_int_equal(rmdir(path), 0);
    snprintf(path, sizeof path, "%s/b", folder);
    assert_int_equal(rmdir(path), 0);
}

static void what_the_dead_left_is_swept(void **state)
{
    char dead[100];
    char living[100];
    struct gn_part *part;
    int fd;

    (void)state;
    snprintf(dead, sizeof dead, "%s/.garner-part.1.2.3", folder);
    snprintf(living, sizeof living, "%s/.garner-part.4.5.6", folder);
    put(dead, "x");
    put(living, "x");
    fd = open(living, O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX), 0); /* as its process would have */
    part = open_part(at);
    gn_part_sweep(part);
    gn_part_free(part);
    assert_int_not_equal(access(dead, F_OK), 0);
    assert_int_equal(access(living, F_OK), 0);
    close(fd);
    assert_int_equal(unlink(living), 0);
}

static void refuse(const char *path, enum garner_code code, const char *why)
{
    struct garner_error err = {0};
    struct gn_part *part;

    assert_int_equal(gn_part_open(path, EVP_sha256(), &part, &err), code);
    assert_non_null(strstr(err.message, why));
    assert_non_null(strstr(err.message, path));
    assert_null(part);
}

static void other_places_are_refused(void **state)
{
    char path[100];

    (void)state;
    refuse(folder, GARNER_INVALID, "no file but a folder");
    refuse("/dev/null", GARNER_INVALID, "no file but a device or the like");
    put(at, "x");
    snprintf(path, sizeof path, "%s/b", at);
    refuse(path, GARNER_IO, "its folder cannot be used: Not a directory");
    refuse("/proc/garner/x", GARNER_IO, "its folder cannot be used");
    refuse("/proc/x", GARNER_IO, "a file beside it cannot be made");
}

/* A folder that came there while it was written. */
static void a_place_that_was_taken(void **state)
{
    struct garner_error err = {0};
    struct gn_part *part = open_part(at);

    (void)state;
    assert_int_equal(mkdir(at, 0777), 0);
    assert_int_equal(gn_part_commit(part, &err), GARNER_INVALID);
    gn_part_free(part);
    assert_int_equal(count(folder), 1);
    assert_int_equal(rmdir(at), 0);
}

static void what_cannot_be_written_is_told(void **state)
{
    struct garner_error err = {0};
    struct gn_part *part = open_part(at);
    struct rlimit before;
    struct rlimit full;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    full = (struct rlimit){8, before.rlim_max};
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    assert_int_equal(gn_part_write(part, "x", 1, &err), GARNER_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_non_null(strstr(err.message, "a.txt: it cannot be written: File"));
    gn_part_free(part);
    assert_int_equal(count(folder), 0);
}

static void without_memory_it_fails(void **state)
{
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned n = 1; code != GARNER_OK; n++) {
        struct gn_part *part;

        gn_mem_fail_at(n);
        code = gn_part_open(at, EVP_sha256(), &part, NULL);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        gn_part_free(part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(it_appears_at_once_from_no_name),
        TEST(it_appears_at_once_from_a_name),
        TEST(given_up_it_was_never_there),
        TEST(two_at_a_time),
        TEST(begun_anew_it_forgets),
        TEST(folders_are_made),
        TEST(what_the_dead_left_is_swept),
        TEST(other_places_are_refused),
        TEST(a_place_that_was_taken),
        TEST(what_cannot_be_written_is_told),
        TEST(without_memory_it_fails),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
