; Functions with a body.

; static inline int __sock_sendmsg(struct kiocb *iocb, ...)   net/socket.c:633 in 3.7.2
(function_definition
  declarator: (_) @name
  body: (compound_statement) @body) @definition.function
