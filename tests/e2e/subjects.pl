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
    my (@texts, @files);
    $read->walk_parts(sub {
        my ($part) = @_;
        return if $part->subparts;
        if (($part->header('Content-Disposition') // '') =~ /^attachment/) {
            push @files, { name => $part->filename, text => $part->body_str };
        } else {
            push @texts, $part->body_str;
        }
    });
    print $json->encode({
        subject => $read->header_str('Subject'),
        from => $read->header_str('From') =~ s/"//gr,
        texts => \@texts,
        files => \@files,
    }), "\n";
}
