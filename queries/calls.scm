; Calls, whatever their callee looks like.

; sock_sendmsg(sock, &msg, len)            a name
; sock->ops->sendmsg(iocb, sock, msg, n)   a member
; (*sk->sk_prot->unhash)(sk)               a dereference
; CLASS(fd, f)(fd)                         what another call yields
(call_expression
  function: (_) @reference.call
  arguments: (argument_list) @arguments)
