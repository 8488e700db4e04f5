/* `noroshi` by way of the program that has imported it already (tests/warm/server.py): hands it this
process's arguments, environment, folder and standard files, and ends as the command did. In C, because
Python takes longer to start than the command itself takes in its forked process. */

#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <arpa/inet.h>

extern char **environ;
static int way;

static void ends(const char *what) {
    perror(what);
    _exit(1);
}

static void pass_on(int number) {
    unsigned char one = (unsigned char)number;
    (void)!write(way, &one, 1);
}

/* The folder, the count of arguments, the arguments and the environment, each with a NUL behind it. */
static char *said(int count, char **arguments, size_t *length) {
    char folder[PATH_MAX], number[16], *text;
    FILE *into = open_memstream(&text, length);
    if (!into || !getcwd(folder, sizeof folder)) ends("client");
    snprintf(number, sizeof number, "%d", count);
    fwrite(folder, 1, strlen(folder) + 1, into);
    fwrite(number, 1, strlen(number) + 1, into);
    for (char **one = arguments; *one; one++) fwrite(*one, 1, strlen(*one) + 1, into);
    for (char **one = environ; *one; one++) fwrite(*one, 1, strlen(*one) + 1, into);
    fclose(into);
    return text;
}

static void send_all(const char *text, size_t length) {
    while (length) {
        ssize_t sent = write(way, text, length);
        if (sent < 0) ends("client: write");
        text += sent, length -= (size_t)sent;
    }
}

static void send_files(uint32_t length) {
    int files[] = {0, 1, 2};
    char room[CMSG_SPACE(sizeof files)] = {0};
    uint32_t head = htonl(length);
    struct iovec part = {&head, sizeof head};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET, rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof files);
    memcpy(CMSG_DATA(rights), files, sizeof files);
    if (sendmsg(way, &message, 0) != sizeof head) ends("client: sendmsg");
}

int main(int count, char **arguments) {
    /* The command may show something, and somebody answer with a signal, before there is a handler. */
    sigset_t passed_on;
    sigemptyset(&passed_on), sigaddset(&passed_on, SIGINT), sigaddset(&passed_on, SIGTERM);
    sigprocmask(SIG_BLOCK, &passed_on, NULL);
    signal(SIGPIPE, SIG_IGN);

    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t name = strlen(arguments[1]); /* of no folder: unix(7) */
    memcpy(address.sun_path + 1, arguments[1], name);
    way = socket(AF_UNIX, SOCK_STREAM, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + name);
    if (connect(way, (struct sockaddr *)&address, size)) ends("client: connect");
    size_t length;
    char *text = said(count - 2, arguments + 2, &length);
    send_files((uint32_t)length);
    send_all(text, length);

    struct sigaction action = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL), sigaction(SIGTERM, &action, NULL);
    sigprocmask(SIG_UNBLOCK, &passed_on, NULL);
    unsigned char answer[2];
    if (recv(way, answer, sizeof answer, MSG_WAITALL) != sizeof answer) {
        fputs("the warm server is gone\n", stderr);
        _exit(1);
    }
    int code = (int16_t)(answer[0] << 8 | answer[1]);
    if (code < 0) {
        signal(-code, SIG_DFL);
        kill(getpid(), -code);
    }
    _exit(code);
}
