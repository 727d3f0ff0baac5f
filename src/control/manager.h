/*
 * manager.h - telling a service manager how it goes: sd_notify(3)'s protocol,
 * one datagram a message. Without such a manager, nothing is sent.
 */
#ifndef GN_CONTROL_MANAGER_H
#define GN_CONTROL_MANAGER_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct gn_manager {
    /* constant after gn_manager_init */
    struct sockaddr_un address;
    socklen_t size;      /* of address; 0: nobody is to be told */
    int64_t watchdog_ms; /* WATCHDOG=1 is awaited that often; 0: it is not */
};

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. Before other threads. */
void gn_manager_init(struct gn_manager *n);

/* Sends lines like "READY=1\nSTATUS=..."; what cannot be sent is lost. Any
 * thread; never waits. */
void gn_manager_send(const struct gn_manager *n, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
