# What Perl's Email::MIME reads in the mails that are named: a line of JSON for each.
use strict;
use warnings;
use Email::MIME;
use JSON::PP;

binmode STDOUT, ':utf8';
my $json = JSON::PP->new->canonical;
for my $file (@ARGV) {
    open my $mail, '<:raw', $file or die "$file: $!";
    my $read = Email::MIME->new(do { local $/; <$mail> });
    print $json->encode({
        subject => $read->header_str('Subject'),
        text => $read->body_str,
    }), "\n";
}
