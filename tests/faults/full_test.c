/* full_test.c - a small disk (tmpfs) that is full, and later has space again:
 * whoever writes is told so or succeeds, nothing that was acknowledged is lost,
 * and all goes on. Skipped where nothing may be mounted. */
#include "store/fixture_test.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "faults/start.h"
#include "garner/garner.h"

enum { PAGE = 4096, PAGES = 160, WRITERS = 4 };

static char disk[128];
static char ballast[160];
static bool may_mount;

/* A place of our own to mount in, which goes with the process. */
static void leave_home(void)
{
    const uid_t uid = geteuid();
    const int flags = uid == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;
    FILE *map;

    if (unshare(flags) != 0)
        return;
    if (uid != 0 && (map = fopen("/proc/self/uid_map", "w")) != NULL) {
        fprintf(map, "0 %u 1\n", (unsigned)uid);
        fclose(map);
    }
    may_mount = mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static int with_disk(void **state)
{
    char size[32];

    if (fixture_up(state) != 0)
        return -1;
    snprintf(disk, sizeof disk, "%s/disk", fixture.folder);
    snprintf(ballast, sizeof ballast, "%s/ballast", disk);
    snprintf(fixture.db, sizeof fixture.db, "%s/disk/t.db", fixture.folder);
    snprintf(size, sizeof size, "size=%d", PAGE * PAGES);
    if (mkdir(disk, 0700) != 0)
        return -1;
    if (may_mount && mount("none", disk, "tmpfs", 0, size) != 0)
        may_mount = false;
    if (!may_mount)
        print_message("skipped: a small tmpfs cannot be mounted here\n");
    return 0;
}

static int without_disk(void **state)
{
    garner_set_log(NULL, NULL);
    if (may_mount && umount(disk) != 0)
        return -1;
    return rmdir(disk) == 0 ? fixture_down(state) : -1;
}

/* Fills the disk but for some pages. */
static void fill(unsigned free_pages)
{
    static const char page[PAGE];
    const int file = open(ballast, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    off_t size = 0;

    assert_true(file >= 0);
    while (write(file, page, PAGE) == PAGE)
        size += PAGE;
    size -= (off_t)free_pages * PAGE;
    assert_int_equal(ftruncate(file, size > 0 ? size : 0), 0);
    close(file);
}

static void make_space(void)
{
    if (unlink(ballast) != 0)
        abort();
}

static void ignore(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static bool is_full(enum garner_code code)
{
    return code == GARNER_IO || code == GARNER_NOTFOUND;
}

/* A disk with room for so many pages, then for all. */
static void a_disk_that_is_full_after_any_page_harms_nothing(void **state)
{
    unsigned full = 0;

    (void)state;
    if (!may_mount)
        skip();
    garner_set_log(ignore, NULL);
    for (unsigned pages = 0; pages < PAGES / 4; pages++) {
        struct start start;
        struct life life;

        start_empty(&start);
        start_life(&start, fixture.db, &life);
        life.allows = is_full;
        life.heals = make_space;
        fill(pages);
        full += !life_run(&life);
        if (access(ballast, F_OK) == 0)
            make_space(); /* it could not even be opened */
        if (!life_audit(&life))
            fail_msg("full after %u pages: %s", pages, life.complaint);
    }
    print_message("faults: a disk full after any of %d pages: %u times\n",
                  PAGES / 4, full);
    assert_true(full > 10);
}

/* --- writers that live through it -------------------------------------------
 */

enum { BEFORE = 3, REFUSALS = 20, AFTER = 30 };
enum phase { SPACE, FULL, SPACE_AGAIN };

static struct garner_store *store;
static atomic_int phase;

static struct writer {
    pthread_t thread;
    int index;
    atomic_int kept; /* numbers 1 to this one were acknowledged */
    atomic_int refused;
    atomic_int outcome; /* of the one that was submitted; -1: not known yet */
    char complaint[300];
} writers[WRITERS];

static void submitted(void *context, const struct garner_result *result,
                      const struct garner_error *err)
{
    struct writer *w = context;

    (void)result;
    if (err != NULL)
        snprintf(w->complaint, sizeof w->complaint, "%s", err->message);
    atomic_store(&w->outcome, (int)(err != NULL ? err->code : GARNER_OK));
}

static struct garner_batch *batch_of(const struct garner_value *args)
{
    struct garner_batch *b;

    if (garner_batch_new(&b, NULL) != GARNER_OK ||
        garner_batch_add(b, "insert into t values (?, ?, 1, zeroblob(900))",
                         args, 2, NULL) != GARNER_OK ||
        garner_batch_add(b, "insert into t values (?, ?, 2, zeroblob(900))",
                         args, 2, NULL) != GARNER_OK)
        abort();
    return b;
}

/* Each writer has a way of its own; a refused number is tried again. */
static enum garner_code write_number(struct writer *w, int number)
{
    const struct garner_value args[] = {garner_integer(w->index),
                                        garner_integer(number)};
    struct garner_error err = {0};
    struct garner_batch *b = batch_of(args);
    enum garner_code code;

    if (w->index % 2 == 0) {
        code = garner_write(store, b, NULL, &err);
        garner_batch_free(b);
        snprintf(w->complaint, sizeof w->complaint, "%s", err.message);
        return code;
    }
    atomic_store(&w->outcome, -1);
    code = garner_submit(store, b, submitted, w, &err);
    if (code != GARNER_OK) {
        snprintf(w->complaint, sizeof w->complaint, "%s", err.message);
        garner_batch_free(b);
        return code;
    }
    while (atomic_load(&w->outcome) == -1)
        sched_yield();
    return (enum garner_code)atomic_load(&w->outcome);
}

/* Writes a little, then all the while the disk is full, and on after that. */
static void *write_on(void *argument)
{
    struct writer *w = argument;
    int after = 0;

    while (after < AFTER) {
        const int number = atomic_load(&w->kept) + 1;
        const int now = atomic_load(&phase);
        enum garner_code code;

        if (now == SPACE && number > BEFORE) {
            sched_yield();
            continue;
        }
        code = write_number(w, number);
        if (code == GARNER_OK) {
            atomic_store(&w->kept, number);
            after += now == SPACE_AGAIN;
        } else if (code == GARNER_IO && now == FULL &&
                   strstr(w->complaint, "full") != NULL) {
            atomic_fetch_add(&w->refused, 1);
        } else {
            return w; /* with its complaint */
        }
    }
    w->complaint[0] = '\0';
    return NULL;
}

static void await_all(bool (*met)(const struct writer *w))
{
    for (int i = 0; i < WRITERS; i++)
        while (!met(&writers[i]))
            sched_yield();
}

static bool has_begun(const struct writer *w)
{
    return atomic_load(&w->kept) == BEFORE;
}

static bool was_refused(const struct writer *w)
{
    return atomic_load(&w->refused) >= REFUSALS;
}

static void check_writers(int *refused)
{
    sqlite3 *db = foreign_open();

    assert_int_equal(foreign_number(db, "select integrity_check = 'ok' from "
                                        "pragma_integrity_check"),
                     1);
    for (int i = 0; i < WRITERS; i++) {
        const int kept = atomic_load(&writers[i].kept);
        char sql[160];

        snprintf(sql, sizeof sql,
                 "select count(*) from t where writer = %d and number <= %d", i,
                 kept);
        assert_int_equal(foreign_number(db, sql), 2 * kept);
        snprintf(sql, sizeof sql,
                 "select count(distinct number * 2 + part) from t "
                 "where writer = %d",
                 i);
        assert_int_equal(foreign_number(db, sql), 2 * kept);
        *refused += atomic_load(&writers[i].refused);
    }
    foreign_close(db);
}

static void writers_are_told_of_a_full_disk_and_go_on_after_it(void **state)
{
    struct garner_options options;
    struct garner_error err;
    int refused = 0;

    (void)state;
    if (!may_mount)
        skip();
    garner_set_log(ignore, NULL);
    garner_options_init(&options);
    options.timeout_ms = 60000;
    options.gather_ms = 1;
    options.wal_bytes = 65536;
    assert_int_equal(garner_open(fixture.db, &options, &store, &err),
                     GARNER_OK);
    assert_int_equal(garner_exec(store,
                                 "create table t (writer, number, part, "
                                 "filler)",
                                 NULL, 0, NULL, &err),
                     GARNER_OK);
    memset(writers, 0, sizeof writers);
    atomic_store(&phase, SPACE);
    for (int i = 0; i < WRITERS; i++) {
        writers[i].index = i;
        assert_int_equal(
            gn_thread_start(&writers[i].thread, write_on, &writers[i], NULL),
            GARNER_OK);
    }
    await_all(has_begun);
    fill(2);
    atomic_store(&phase, FULL);
    await_all(was_refused);
    make_space();
    atomic_store(&phase, SPACE_AGAIN);
    for (int i = 0; i < WRITERS; i++) {
        gn_thread_join(writers[i].thread);
        if (writers[i].complaint[0] != '\0')
            fail_msg("writer %d: %s", i, writers[i].complaint);
    }
    garner_close(store);
    check_writers(&refused);
    print_message("faults: writes refused by a full disk: %d\n", refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_disk_that_is_full_after_any_page_harms_nothing, with_disk,
            without_disk),
        cmocka_unit_test_setup_teardown(
            writers_are_told_of_a_full_disk_and_go_on_after_it, with_disk,
            without_disk),
    };

    leave_home();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
