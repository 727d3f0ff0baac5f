/*
 * raw.c - the peers: what C programs get out of sqlite3 without garner.
 *
 *   big          one thread, one transaction around all rows
 *   connections  one connection per thread, one row a transaction, waiting up
 *                to 60 s for the lock (with one thread: plain one-row commits)
 *
 * Both in WAL mode with prepared statements and bound values.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "crew.h"

enum { PATIENCE_MS = 60000, BETWEEN_LOOKS = 64 };

static void must(int rc, sqlite3 *db, const char *what)
{
    if (rc != SQLITE_OK)
        die(what, sqlite3_errmsg(db));
}

static void run(sqlite3 *db, const char *sql)
{
    must(sqlite3_exec(db, sql, NULL, NULL, NULL), db, sql);
}

static sqlite3 *open_db(const struct plan *plan)
{
    char sql[80];
    sqlite3 *db;

    must(sqlite3_open(plan->db, &db), db, plan->db);
    must(sqlite3_busy_timeout(db, PATIENCE_MS), db, "busy timeout");
    run(db, "pragma journal_mode=wal");
    run(db,
        plan->normal ? "pragma synchronous=normal" : "pragma synchronous=full");
    snprintf(sql, sizeof sql, "pragma wal_autocheckpoint=%d", plan->wal_pages);
    run(db, sql);
    return db;
}

static sqlite3_stmt *prepare(sqlite3 *db)
{
    sqlite3_stmt *insert;

    must(sqlite3_prepare_v2(db, ROW_INSERT, -1, &insert, NULL), db, "prepare");
    return insert;
}

/* Inserts one row; anything but SQLITE_DONE is what went wrong. */
static int insert_row(sqlite3_stmt *insert, sqlite3_int64 id)
{
    int rc;

    sqlite3_bind_int64(insert, 1, id);
    sqlite3_bind_text(insert, 2, ROW_TIME, sizeof ROW_TIME - 1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 3, ROW_URL, sizeof ROW_URL - 1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 4, ROW_STATUS);
    sqlite3_bind_blob(insert, 5, row_body, ROW_BODY, SQLITE_STATIC);
    rc = sqlite3_step(insert);
    sqlite3_reset(insert);
    return rc;
}

static void connection(struct hand *hand)
{
    sqlite3 *db = open_db(hand->context);
    sqlite3_stmt *insert = prepare(db);
    sqlite3_int64 id = (sqlite3_int64)hand->index << 32;

    crew_ready(hand);
    while (crew_go_on(hand)) {
        int64_t started = gn_clock_monotonic_ns();

        if (insert_row(insert, id++) == SQLITE_DONE)
            crew_done(hand, 1, started);
        else
            hand->failed++;
    }
    sqlite3_finalize(insert);
    must(sqlite3_close(db), db, "close");
}

/* The commit, the checkpoint and the close are inside the time, as they are
 * for whoever waits for the program's end. */
struct big {
    const struct plan *plan;
    sqlite3 *db;
};

static void big(struct hand *hand)
{
    struct big *b = hand->context;
    sqlite3_stmt *insert;
    sqlite3_int64 id = 0;

    b->db = open_db(b->plan);
    insert = prepare(b->db);
    crew_ready(hand);
    run(b->db, "begin immediate");
    while (crew_go_on(hand)) {
        for (int i = 0; i < BETWEEN_LOOKS; i++)
            if (insert_row(insert, id++) != SQLITE_DONE)
                die("insert", sqlite3_errmsg(b->db));
        hand->rows += BETWEEN_LOOKS;
    }
    sqlite3_finalize(insert);
}

static void end_big(void *context)
{
    struct big *b = context;

    run(b->db, "commit");
    must(sqlite3_close(b->db), b->db, "close");
}

/* Makes the database with its table, and leaves it in WAL mode. */
static void make(const struct plan *plan)
{
    sqlite3 *db = open_db(plan);

    run(db, ROW_TABLE);
    must(sqlite3_close(db), db, "close");
}

static void check_count(const struct plan *plan, uint64_t expected)
{
    sqlite3 *db = open_db(plan);
    sqlite3_stmt *count;

    must(sqlite3_prepare_v2(db, ROW_COUNT, -1, &count, NULL), db, "count");
    if (sqlite3_step(count) != SQLITE_ROW)
        die("count", sqlite3_errmsg(db));
    if ((uint64_t)sqlite3_column_int64(count, 0) != expected)
        die(plan->db, "holds another number of rows than were acknowledged");
    sqlite3_finalize(count);
    must(sqlite3_close(db), db, "close");
}

int main(int argc, char **argv)
{
    struct plan plan = plan_read(argc, argv);
    struct big b = {.plan = &plan};
    uint64_t rows;

    if (plan.join_ns == 0)
        make(&plan);
    if (strcmp(plan.mode, "connections") == 0) {
        rows =
            crew_run(&plan, connection, &plan, &(struct crew_end){NULL, NULL});
    } else if (strcmp(plan.mode, "big") == 0 && plan.threads == 1) {
        rows = crew_run(&plan, big, &b, &(struct crew_end){end_big, NULL});
    } else {
        die(plan.mode, "is not connections, or big with one thread");
    }
    if (plan.join_ns == 0)
        check_count(&plan, rows);
    return 0;
}
